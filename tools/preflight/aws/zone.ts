import { ListHostedZonesByNameCommand, ListResourceRecordSetsCommand, type HostedZone } from '@aws-sdk/client-route-53';
import { caa, upTo } from '../caa';
import { failed, ok, type Finding } from '../check';
import { hostNames } from '../host-names';
import { needed } from '../values';
import type { AwsAccount } from './account';

/** Names that let Amazon issue (ACM User Guide, "Configure a CAA record"). */
const AMAZON = ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'] as const;

/** The hosted zone in which records and the proof of a managed certificate are made. */
export async function zone(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const { settings, values, clients } = account;
  if (settings.certificate !== 'managed' || !settings.hasDomain) {
    return [ok('not needed: the certificate exists, and no DNS records are made')];
  }
  const domain = needed(values, 'domain').toLowerCase();
  const name = (values.zone ?? domain).toLowerCase().replace(/\.$/, '');
  if (domain !== name && !domain.endsWith(`.${name}`)) {
    return [failed(`${name} does not hold ${domain}`, `--var zone=, the zone that ${domain} lies in`)];
  }
  const { HostedZones = [] } = await clients.route53.send(
    new ListHostedZonesByNameCommand({ DNSName: name, MaxItems: 100 }),
    { abortSignal: signal },
  );
  const named = HostedZones.filter((each) => each.Name === `${name}.`);
  const [first, ...others] = named.filter(isPublic);
  if (first === undefined) {
    const what = named.length === 0 ? `no zone ${name}` : `only private zones are named ${name}`;
    return [
      failed(
        `${what} in this account`,
        `aws route53 create-hosted-zone --name ${name} --caller-reference sandpiper, then its name servers at the registrar; or CERTIFICATE=existing`,
      ),
    ];
  }
  if (others.length > 0) {
    const ids = [first, ...others].map(({ Id = '' }) => Id.replace('/hostedzone/', ''));
    return [
      failed(
        `${ids.length} public zones are named ${name}: ${ids.join(', ')}`,
        'aws route53 delete-hosted-zone --id, of those that the registrar does not name',
      ),
    ];
  }
  const id = first.Id?.replace('/hostedzone/', '') ?? '';
  const names = hostNames(settings, domain);
  const asked = [...new Set(names.flatMap((each) => upTo(each, name)))];
  const records = new Map(
    await Promise.all(asked.map(async (each) => [each, await caaRecords(account, id, each, signal)] as const)),
  );
  return [ok(`${name}, ${id}`), caa((each) => records.get(each), names, name, AMAZON)];
}

const isPublic = ({ Config }: HostedZone): boolean => Config?.PrivateZone !== true;

/** Values of the CAA records of a name; undefined where it has none. */
async function caaRecords(
  { clients }: AwsAccount,
  zoneId: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { ResourceRecordSets: [next] = [] } = await clients.route53.send(
    // The first one from there on, which may be another's.
    new ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: name,
      StartRecordType: 'CAA',
      MaxItems: 1,
    }),
    { abortSignal: signal },
  );
  const isIt = next?.Type === 'CAA' && next.Name?.replace(/\.$/, '') === name;
  return isIt ? (next.ResourceRecords ?? []).map(({ Value = '' }) => Value) : undefined;
}

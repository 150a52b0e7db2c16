import { caa, upTo } from '../caa';
import { failed, ok, type Finding } from '../check';
import { hostNames } from '../host-names';
import { needed } from '../values';
import { unlessAbsent } from './google';
import type { GcpProject } from './project';

/** Names that let Certificate Manager's authorities issue ("Specify the CAs that can issue your Google-managed certificate"). */
const GOOGLE = ['pki.goog', 'letsencrypt.org'] as const;

/** dns.managedZones.get */
interface ManagedZone {
  readonly dnsName: string;
  readonly visibility?: string;
  readonly nameServers?: readonly string[];
}

/** The managed zone in which records and the proof of a managed certificate are made. */
export async function zone(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { settings, values, google, project } = of;
  if (settings.certificate !== 'managed' || !settings.hasDomain) {
    return [ok('not needed: the certificate exists, and no DNS records are made')];
  }
  const domain = needed(values, 'domain').toLowerCase();
  const name = needed(values, 'zone');
  const path = `dns/v1/projects/${project}/managedZones/${encodeURIComponent(name)}`;
  const found = await unlessAbsent(google.get<ManagedZone>('dns', path, signal));
  if (found === undefined) {
    return [
      failed(
        `the project has no managed zone named ${name}`,
        `gcloud dns managed-zones list --project ${project} shows the names; or gcloud dns managed-zones create ${name} --dns-name=${domain}. --description=sandpiper --project ${project}`,
      ),
    ];
  }
  const held = found.dnsName.replace(/\.$/, '');
  if (domain !== held && !domain.endsWith(`.${held}`)) {
    return [failed(`${name} holds ${held}, not ${domain}`, `--var zone=, the managed zone that holds ${domain}`)];
  }
  if (found.visibility === 'private') {
    return [
      failed(`${name} is private: nobody outside could prove a certificate`, '--var zone=, a public managed zone'),
    ];
  }
  const names = hostNames(settings, domain);
  const asked = [...new Set(names.flatMap((each) => upTo(each, held)))];
  const records = new Map(
    await Promise.all(
      asked.map(async (each) => {
        const query = `name=${encodeURIComponent(`${each}.`)}&type=CAA`;
        const { rrsets = [] } = await google.get<{ rrsets?: { rrdatas?: string[] }[] }>(
          'dns',
          `${path}/rrsets?${query}`,
          signal,
        );
        return [each, rrsets[0]?.rrdatas] as const;
      }),
    ),
  );
  const servers = found.nameServers?.[0];
  return [
    ok(`${name} holds ${held}${servers === undefined ? '' : `, at ${servers}`}`),
    caa((each) => records.get(each), names, held, GOOGLE),
  ];
}

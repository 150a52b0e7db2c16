import { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { failed, ok, type Finding } from '../check';
import { expiry } from '../expiry';
import { hostNames, uncovered } from '../host-names';
import { needed } from '../values';
import type { AwsAccount } from './account';

/** The existing certificate: in the region, issued, not expired, for the names. */
export async function certificate(account: AwsAccount, signal: AbortSignal): Promise<Finding> {
  const { settings, values, clients } = account;
  if (settings.certificate === 'managed') return ok('issued by ACM when the stack is deployed, proved by the zone');
  const arn = needed(values, 'certificate_id');
  const region = account.region();
  const [, , service, inRegion, owner] = arn.split(':');
  if (service !== 'acm' || !arn.includes(':certificate/')) {
    return failed(`${JSON.stringify(arn)} is no ARN of ACM`, './sandpiper cert import aws prints one');
  }
  if (inRegion !== region) {
    return failed(
      `the certificate is in ${inRegion}, the load balancer in ${region}`,
      `./sandpiper cert import aws --region ${region}`,
    );
  }
  if (owner !== account.identity.accountId) {
    return failed(`the certificate is account ${owner}’s`, './sandpiper cert import aws, as this account');
  }
  let details;
  try {
    details = await clients.acm.send(new DescribeCertificateCommand({ CertificateArn: arn }), { abortSignal: signal });
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    return failed(`ACM has no ${arn}`, './sandpiper cert import aws, and its ARN as certificate_id');
  }
  const { Status, NotAfter, Type, DomainName = '', SubjectAlternativeNames = [] } = details.Certificate ?? {};
  if (Status !== 'ISSUED') {
    return failed(
      `its status is ${Status}`,
      Status === 'PENDING_VALIDATION'
        ? 'make the DNS records that ACM asks for: console, ACM, the certificate'
        : 'another certificate_id',
    );
  }
  const names = settings.hasDomain ? hostNames(settings, needed(values, 'domain')) : [];
  const missing = uncovered(names, [DomainName, ...SubjectAlternativeNames]);
  if (missing.length > 0) {
    return failed(`it does not name ${missing.join(', ')}`, `a certificate for ${missing.join(', ')}`);
  }
  const renew = Type === 'IMPORTED' ? `./sandpiper cert import aws --replace ${arn}` : 'see its renewal status in ACM';
  const old = expiry(NotAfter, renew);
  return old ?? ok(`issued for ${DomainName}, until ${NotAfter?.toISOString().slice(0, 10) ?? 'an unknown time'}`);
}

import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import type { ResolvedCertificate } from '../../tls-service/resolve';
import { zoneNamed } from './dns';

/** Certificates of the TLS listener. */
export interface ServedCertificates {
  /** Shown to clients that name no host, or one that no other certificate has. */
  readonly defaultArn: string;
  /** Chosen by the name that the client asks for (SNI). */
  readonly otherArns: readonly string[];
}

/** Seconds that resolvers may keep a validation record. */
const VALIDATION_TTL_SECONDS = 300;

/** Requests a certificate for all host names and proves them by DNS, or uses the ones that were given. */
export function addCertificates(scope: Construct, source: ResolvedCertificate): ServedCertificates {
  if (source.kind === 'existing') {
    const [defaultArn, ...otherArns] = source.ids;
    return { defaultArn, otherArns };
  }
  const [domainName, ...alternatives] = source.hostNames;
  const { zoneId } = zoneNamed(scope, source.zone);
  const certificate = new AcmCertificate(scope, 'certificate', {
    domainName,
    subjectAlternativeNames: alternatives.length > 0 ? alternatives : undefined,
    validationMethod: 'DNS',
    keyAlgorithm: 'EC_prime256v1',
    lifecycle: { createBeforeDestroy: true },
  });
  const records = source.hostNames.map((hostName, index) => {
    const local = new TerraformLocal(scope, `certificate-name-${index}`, hostName);
    return new Route53Record(scope, `certificate-validation-record-${index}`, {
      zoneId,
      name: validationOption(certificate, local, 'name'),
      type: validationOption(certificate, local, 'type'),
      records: [validationOption(certificate, local, 'value')],
      ttl: VALIDATION_TTL_SECONDS,
      // ACM gives every certificate of an account the same record for the same name; another environment may have it already.
      allowOverwrite: true,
    });
  });
  const validation = new AcmCertificateValidation(scope, 'certificate-validation', {
    certificateArn: certificate.arn,
    validationRecordFqdns: records.map((record) => record.fqdn),
  });
  return { defaultArn: validation.certificateArn, otherArns: [] };
}

/**
 * One field of the validation record of one host name. `domain_validation_options` is a set, unknown until the certificate
 * is requested: a `for_each` over it would need its keys at plan, an index would pair names with records by chance.
 */
function validationOption(
  certificate: AcmCertificate,
  hostName: TerraformLocal,
  field: 'name' | 'type' | 'value',
): string {
  return `\${one([for option in ${certificate.fqn}.domain_validation_options : option.resource_record_${field} if option.domain_name == ${hostName.fqn}])}`;
}

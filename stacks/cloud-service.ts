import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { Platform } from '../modules/platform';
import { binary } from '../modules/tls-service/artifact';
import { existingCertificates, managedCertificate } from '../modules/tls-service/certificate-source';
import { fromVariable } from '../modules/tls-service/secret-source';
import type { AwsTlsServiceOptions, GcpTlsServiceOptions } from '../modules/tls-service/cloud-options';
import { programPath } from './artifacts';
import { USER_API, userApi } from './application';
import type { Settings } from './settings';
import { emailListVariable, ephemeralVariable, matches, stringVariable, wholeNumberVariable } from './variables';

const DOMAIN_PATTERN = '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}$';

/** What the two clouds name differently. */
export interface CloudWording {
  /** The DNS zone that holds the domain: declares its variable. Called only where a certificate is to be proved by DNS. */
  readonly zone: (domain: string) => string;
  /** Description of the `certificate_id` variable. */
  readonly certificateId: string;
  readonly aws?: AwsTlsServiceOptions;
  readonly gcp?: GcpTlsServiceOptions;
}

/** Wires the user API into a cloud's platform: every value is a Terraform variable, the structure comes from the settings. */
export function deployUserApi(scope: Construct, platform: Platform, settings: Settings, wording: CloudWording): void {
  const jwtSecret = ephemeralVariable(scope, 'app_jwt_secret', 'Secret that signs the JWTs of the user API (HS256).');
  const jwtSecretVersion = wholeNumberVariable(
    scope,
    'app_jwt_secret_version',
    'Raise it by one to store the present value of app_jwt_secret and roll the instances.',
    { minimum: 1, maximum: 1_000_000, default: 1 },
  );
  const minInstances = wholeNumberVariable(scope, 'min_instances', 'User API instances that always run.', {
    minimum: 1,
    maximum: 1000,
    default: 2,
  });
  const maxInstances = wholeNumberVariable(scope, 'max_instances', 'User API instances at most.', {
    minimum: 1,
    maximum: 1000,
    default: 6,
  });
  const emails = emailListVariable(scope, settings, 'alarm_emails', 'Mail addresses that are told of alarms.');
  const baseImage = stringVariable(
    scope,
    settings,
    'base_image',
    'Debian 12 image of the instances; null for the newest at apply.',
    { default: null },
  );

  const service = platform.tlsService(
    USER_API,
    userApi({
      artifact: binary(programPath(USER_API, settings.architecture)),
      jwtSecret: fromVariable(jwtSecret, jwtSecretVersion.numberValue),
      ...names(scope, settings, wording),
      capacity: { minInstances: minInstances.numberValue, maxInstances: maxInstances.numberValue },
      alarms: { emails: emails.listValue },
      baseImage: baseImage.stringValue,
      architecture: settings.architecture,
      firewall: settings.firewall ? {} : false,
      deletionProtection: settings.deletionProtection,
      operatorAccess: settings.operatorAccess,
      aws: wording.aws,
      gcp: wording.gcp,
    }),
  );

  new TerraformOutput(scope, 'url', { value: service.url, description: 'Where the user API answers.' });
  new TerraformOutput(scope, 'load_balancer_address', {
    value: service.loadBalancerAddress,
    description: 'The load balancer itself, for DNS records that are kept elsewhere.',
  });
}

function names(scope: Construct, settings: Settings, wording: CloudWording) {
  const domain = settings.hasDomain
    ? stringVariable(scope, settings, 'domain', 'Domain of the services; the user API answers at user-api.<domain>.', {
        rules: [matches('domain', DOMAIN_PATTERN, 'a domain name in lower case, such as example.com')],
      })
    : undefined;
  const hostNames = domain && [`${USER_API}.${domain.stringValue}`];
  if (settings.certificate === 'managed' && domain) {
    return { hostNames, zone: wording.zone(domain.stringValue), certificate: managedCertificate() };
  }
  const certificateId = stringVariable(scope, settings, 'certificate_id', wording.certificateId);
  return { hostNames, certificate: existingCertificates(certificateId.stringValue) };
}

import type { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { existingCertificates, managedCertificate } from '../modules/tls-service/certificate-source';
import type { AwsTlsServiceOptions, GcpTlsServiceOptions } from '../modules/tls-service/cloud-options';
import { fromVariable, type SecretSource } from '../modules/tls-service/secret-source';
import type { TlsServiceProps } from '../modules/tls-service/tls-service';
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

/** Values that all services of a stack share, as Terraform variables. */
export interface CloudValues {
  readonly settings: Settings;
  readonly jwtSecret: SecretSource;
  readonly emails: TerraformVariable;
  readonly baseImage: TerraformVariable;
  readonly maximumAge: TerraformVariable;
  /** AWS: the key pair of the operators. */
  readonly operators?: { readonly operatorKeyPair?: string };
  /** What the settings and values say of any service: where it answers, who is told, how it is kept. */
  service(
    name: string,
  ): Pick<
    TlsServiceProps,
    | 'hostNames'
    | 'zone'
    | 'certificate'
    | 'alarms'
    | 'baseImage'
    | 'maximumInstanceAgeDays'
    | 'architecture'
    | 'firewall'
    | 'deletionProtection'
    | 'operatorAccess'
    | 'aws'
    | 'gcp'
  >;
}

/** Declares the variables that all services share. */
export function declareCloudValues(scope: Construct, settings: Settings, wording: CloudWording): CloudValues {
  const jwtSecret = ephemeralVariable(scope, 'app_jwt_secret', 'Secret that signs the JWTs of the user API (HS256).');
  const jwtSecretVersion = wholeNumberVariable(
    scope,
    'app_jwt_secret_version',
    'Raise it by one to store the present value of app_jwt_secret and roll the instances.',
    { minimum: 1, maximum: 1_000_000, default: 1 },
  );
  const emails = emailListVariable(scope, settings, 'alarm_emails', 'Mail addresses that are told of alarms.');
  const baseImage = stringVariable(
    scope,
    settings,
    'base_image',
    'Debian 12 image of the instances; null for the newest at each start.',
    { default: null },
  );
  const maximumAge = wholeNumberVariable(
    scope,
    'maximum_instance_age_days',
    'Days after which an instance is replaced, so that it boots the newest image; 0 for never.',
    { minimum: 0, maximum: 365, default: 30 },
  );
  const namesOf = declareNames(scope, settings, wording);
  return {
    settings,
    jwtSecret: fromVariable(jwtSecret, jwtSecretVersion.numberValue),
    emails,
    baseImage,
    maximumAge,
    operators: wording.aws,
    service: (name) => ({
      ...namesOf(name),
      alarms: { emails: emails.listValue },
      baseImage: baseImage.stringValue,
      maximumInstanceAgeDays: maximumAge.numberValue,
      architecture: settings.architecture,
      firewall: settings.firewall ?? false,
      deletionProtection: settings.deletionProtection,
      operatorAccess: settings.operatorAccess,
      aws: wording.aws,
      gcp: wording.gcp,
    }),
  };
}

/** Domain, zone and certificate, declared once. */
function declareNames(scope: Construct, settings: Settings, wording: CloudWording) {
  const domain = settings.hasDomain
    ? stringVariable(scope, settings, 'domain', 'Domain of the services: each answers at <its name>.<domain>.', {
        rules: [matches('domain', DOMAIN_PATTERN, 'a domain name in lower case, such as example.com')],
      }).stringValue
    : undefined;
  const hostNames = (name: string) => (domain === undefined ? undefined : [`${name}.${domain}`]);
  if (settings.certificate === 'managed' && domain) {
    const zone = wording.zone(domain);
    return (name: string) => ({ hostNames: hostNames(name), zone, certificate: managedCertificate() });
  }
  const certificate = existingCertificates(
    stringVariable(scope, settings, 'certificate_id', wording.certificateId).stringValue,
  );
  return (name: string) => ({ hostNames: hostNames(name), certificate });
}

import type { ArtifactManifest } from '../contracts/artifact-manifest';
import { InvalidPropError } from '../modules/props/invalid-prop';
import type { Cloud } from '../modules/props/cloud';
import type { Architecture } from '../modules/machine/artifact';
import { checkName } from '../modules/props/physical-name';

/**
 * What is read when the stacks are synthesized. The settings that change the structure (which resources exist) are known
 * only here; those marked "default of a variable" only pre-fill a Terraform variable, which a workspace may set instead.
 */
export interface Settings {
  /** Synthesize this cloud only. @default both */
  readonly cloud?: Cloud;
  /** Name of the application, in every physical name. */
  readonly application: string;
  /** Name of the environment, in every physical name. */
  readonly environment: string;
  /** Where the certificate comes from: issued for the domain, or one that exists already. */
  readonly certificate: 'managed' | 'existing';
  /** Whether the service has a domain name; without one it is reached by the load balancer's own. */
  readonly hasDomain: boolean;
  /** Use a network that exists already. */
  readonly existingNetwork: boolean;
  /** Use an encryption key that exists already. */
  readonly existingKey: boolean;
  /** Attach a permissions boundary to every role. AWS only. */
  readonly permissionsBoundary: boolean;
  /** Deploy the playground beside the user API: it needs what docs/playground.md, "On the clouds", lists. */
  readonly playground: boolean;
  /** What lies in the bootstrap bucket; only pictures give it. @default - what was built here */
  readonly playgroundArtifacts?: ArtifactManifest;
  /**
   * How the user API and the host agent come to the machines: uploaded by Terraform with the stack, or pushed to the bootstrap bucket
   * ahead of it, as what the playground's machines run always is. A stack of pushed programs holds none.
   */
  readonly artifacts: 'uploaded' | 'pushed';
  /** Put a web application firewall before the services. @default none */
  readonly firewall?: { readonly countOnly: boolean; readonly requestsPer5Minutes: number };
  /** Resolve names of AWS's only, in the network of the platform's making. AWS only. */
  readonly dnsFirewall: boolean;
  readonly deletionProtection: boolean;
  readonly operatorAccess: 'none' | 'cloud-tunnel';
  readonly architecture: Architecture;
  /** Terraform Cloud: organization, host name and project of the stacks' workspaces. @default none - state is kept in a local file */
  readonly terraformCloud?: { readonly organization: string; readonly hostname?: string; readonly project?: string };
  /** Defaults of Terraform variables, by the variable's name. */
  readonly variableDefaults: Readonly<Record<string, string>>;
}

/** Every setting: the environment variable, or the key in the `context` of cdktf.json (the same name in camel case). */
const NAMES = {
  cloud: 'CLOUD',
  application: 'APPLICATION',
  environment: 'ENVIRONMENT',
  certificate: 'CERTIFICATE',
  network: 'NETWORK',
  encryptionKey: 'ENCRYPTION_KEY',
  permissionsBoundary: 'PERMISSIONS_BOUNDARY',
  playground: 'PLAYGROUND',
  artifacts: 'ARTIFACTS',
  firewall: 'FIREWALL',
  firewallCountOnly: 'FIREWALL_COUNT_ONLY',
  firewallRate: 'FIREWALL_RATE',
  dnsFirewall: 'DNS_FIREWALL',
  deletionProtection: 'DELETION_PROTECTION',
  operatorAccess: 'OPERATOR_ACCESS',
  architecture: 'ARCHITECTURE',
  domain: 'DOMAIN',
  zone: 'ZONE',
  certificateId: 'CERTIFICATE_ID',
  alarmEmails: 'ALARM_EMAILS',
  awsRegion: 'AWS_REGION',
  gcpProject: 'GCP_PROJECT',
  gcpRegion: 'GCP_REGION',
  tfCloudOrganization: 'TF_CLOUD_ORGANIZATION',
  tfCloudHostname: 'TF_CLOUD_HOSTNAME',
  tfCloudProject: 'TF_CLOUD_PROJECT',
} as const;

type SettingName = keyof typeof NAMES;

/** Where settings come from: the process's environment, and the `context` of cdktf.json. The environment wins. */
export interface SettingSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly context: (key: string) => unknown;
}

/** Domain, application and environment are bounded so that every physical name made of them fits its provider's limit. */
const APPLICATION_CHARACTERS = 12;
const ENVIRONMENT_CHARACTERS = 16;

/** @throws InvalidPropError naming the setting, its value and what it may be. */
export function readSettings(sources: SettingSources): Settings {
  const read = (name: SettingName): string | undefined => {
    const value = sources.env[NAMES[name]] ?? sources.context(name);
    return value === undefined || value === null || value === '' ? undefined : String(value);
  };
  const oneOf = <T extends string>(name: SettingName, values: readonly T[], fallback: T): T => {
    const value = read(name) ?? fallback;
    if (!values.includes(value as T))
      throw new InvalidPropError(NAMES[name], value, `must be one of ${values.join(', ')}`);
    return value as T;
  };
  const flag = (name: SettingName, fallback: boolean): boolean =>
    oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';

  const whole = (name: SettingName, fallback: number, minimum: number, maximum: number): number => {
    const value = read(name) ?? String(fallback);
    if (!/^\d{1,9}$/.test(value) || Number(value) < minimum || Number(value) > maximum) {
      throw new InvalidPropError(NAMES[name], value, `must be a whole number from ${minimum} to ${maximum}`);
    }
    return Number(value);
  };

  const application = read('application') ?? 'sandpiper';
  checkName(NAMES.application, application, APPLICATION_CHARACTERS);
  const environment = read('environment') ?? 'dev';
  checkName(NAMES.environment, environment, ENVIRONMENT_CHARACTERS);
  const domain = read('domain');
  const hasDomain = domain !== 'none';
  const certificate = oneOf('certificate', ['managed', 'existing'], hasDomain ? 'managed' : 'existing');
  if (certificate === 'managed' && !hasDomain) {
    throw new InvalidPropError(
      NAMES.certificate,
      certificate,
      'needs a domain: unset DOMAIN=none, or use CERTIFICATE=existing',
    );
  }
  const existingNetwork = oneOf('network', ['own', 'existing'], 'own') === 'existing';
  const dnsFirewall = flag('dnsFirewall', false);
  if (dnsFirewall && existingNetwork) {
    throw new InvalidPropError(
      NAMES.dnsFirewall,
      true,
      'is for a network of its own: with NETWORK=existing its owner says',
    );
  }
  const cloud = read('cloud') === undefined ? undefined : oneOf('cloud', ['aws', 'gcp'], 'aws');
  return {
    cloud,
    application,
    environment,
    certificate,
    hasDomain,
    existingNetwork,
    existingKey: oneOf('encryptionKey', ['own', 'existing'], 'own') === 'existing',
    permissionsBoundary: oneOf('permissionsBoundary', ['none', 'existing'], 'none') === 'existing',
    playground: flag('playground', false),
    artifacts: oneOf('artifacts', ['uploaded', 'pushed'], 'uploaded'),
    firewall: flag('firewall', false)
      ? {
          countOnly: flag('firewallCountOnly', false),
          requestsPer5Minutes: whole('firewallRate', 2000, 100, 2_000_000),
        }
      : undefined,
    dnsFirewall,
    deletionProtection: flag('deletionProtection', true),
    operatorAccess: oneOf('operatorAccess', ['none', 'cloud-tunnel'], 'none'),
    architecture: oneOf('architecture', ['x64', 'arm64'], 'x64'),
    terraformCloud: readTerraformCloud(read),
    variableDefaults: readVariableDefaults(read, hasDomain),
  };
}

function readTerraformCloud(read: (name: SettingName) => string | undefined): Settings['terraformCloud'] {
  const organization = read('tfCloudOrganization');
  const hostname = read('tfCloudHostname');
  const project = read('tfCloudProject');
  if (organization !== undefined) return { organization, hostname, project };
  const orphan = hostname !== undefined ? 'tfCloudHostname' : project !== undefined ? 'tfCloudProject' : undefined;
  if (orphan !== undefined) {
    throw new InvalidPropError(NAMES[orphan], read(orphan), `is set, but ${NAMES.tfCloudOrganization} is not`);
  }
  return undefined;
}

/** Which setting pre-fills which Terraform variable. */
const VARIABLE_OF_SETTING: readonly (readonly [SettingName, string])[] = [
  ['domain', 'domain'],
  ['zone', 'zone'],
  ['certificateId', 'certificate_id'],
  ['alarmEmails', 'alarm_emails'],
  ['awsRegion', 'aws_region'],
  ['gcpProject', 'gcp_project'],
  ['gcpRegion', 'gcp_region'],
];

function readVariableDefaults(
  read: (name: SettingName) => string | undefined,
  hasDomain: boolean,
): Record<string, string> {
  const defaults: Record<string, string> = {};
  for (const [setting, variable] of VARIABLE_OF_SETTING) {
    const value = read(setting);
    if (value !== undefined && !(setting === 'domain' && !hasDomain)) defaults[variable] = value;
  }
  return defaults;
}

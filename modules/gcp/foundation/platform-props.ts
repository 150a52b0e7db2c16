import { checkHostAgents } from '../../machine/host-agents';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import { checkShape } from '../../props/shape';
import { GCP_PLATFORM_SHAPE } from './platform-shape';
import { checkName } from '../../props/physical-name';
import type { PlatformProps } from '../../platform/platform';
import { checkLabels } from './labels';

/** Props of {@link GcpPlatform}. Every string may be a Terraform value, unless it says otherwise. */
export interface GcpPlatformProps extends PlatformProps {
  /** Id of the Google Cloud project (not its number or display name). */
  readonly project: string;
  /** Region of the network, the instances and everything else that is not global, such as `europe-west3`. */
  readonly region: string;
  /** A network that exists already, in place of one of the platform's own. @default none - the platform makes its own */
  readonly existingNetwork?: ExistingGcpNetwork;
  /**
   * Cloud KMS key that encrypts artifacts, secrets, disks and logs: `projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>`,
   * in the platform's region. It must allow these accounts of the project to encrypt and decrypt
   * (`roles/cloudkms.cryptoKeyEncrypterDecrypter`): `service-<number>@gs-project-accounts.iam.gserviceaccount.com` (Cloud
   * Storage), `service-<number>@compute-system.iam.gserviceaccount.com`, `service-<number>@gcp-sa-secretmanager.iam.gserviceaccount.com`,
   * and the one that `gcloud logging settings describe` names; with a playground also `service-<number>@gcp-sa-pubsub.iam.gserviceaccount.com`
   * and `service-<number>@gcp-sa-memorystore.iam.gserviceaccount.com`. The platform does not grant it: who owns the key decides who uses it.
   * @default none - Google's own keys encrypt everything at rest
   */
  readonly existingKeyId?: string;
  /** IPv4 block of the subnetwork of the platform's own network: private (RFC 1918), /16 to /24. Known at synth. @default '10.10.0.0/20' */
  readonly cidr?: string;
  /** The same of the subnetwork of sandbox fleets, which have no way out. Overlaps no other block. @default '10.11.0.0/20' */
  readonly runnerCidr?: string;
  /** The same of the endpoints of event stores, /16 to /28. Overlaps no other block. @default '10.11.16.0/28' */
  readonly eventStoreCidr?: string;
}

/** A network made by somebody else, in the platform's project. */
export interface ExistingGcpNetwork {
  /**
   * Self link, id or name of the VPC network. For an event store it must have a service connection policy of the class `gcp-memorystore` in
   * the region: Google takes one of a kind for each network.
   */
  readonly network: string;
  /**
   * Self link of its subnetwork in the platform's region, with Private Google Access. `*.googleapis.com` must resolve there to
   * {@link googleApiRanges}: the instances reach nothing else without `internetEgress`, and a service with it needs Cloud NAT there.
   */
  readonly subnetwork: string;
  /** The same for sandbox fleets: best one without Cloud NAT. The firewall lets them reach nothing but Google's APIs and the event store. @default - `subnetwork` */
  readonly runnerSubnetwork?: string;
  /**
   * Where `*.googleapis.com` is reached from this network. Known at synth.
   * @default - the addresses of restricted.googleapis.com and private.googleapis.com
   */
  readonly googleApiRanges?: readonly string[];
}

/** {@link GcpPlatformProps} with defaults. */
export interface ResolvedGcpPlatformProps extends GcpPlatformProps {
  readonly application: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly cidr: string;
  readonly runnerCidr: string;
  readonly eventStoreCidr: string;
}

const PROJECT = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const REGION = /^[a-z]+-[a-z]+\d+$/;
const KEY = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;
const PRIVATE_BLOCK = /^(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\/(\d\d)$/;
const BLOCK = /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/;

/** Applies the defaults. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveGcpPlatformProps(props: GcpPlatformProps): ResolvedGcpPlatformProps {
  checkShape(props, GCP_PLATFORM_SHAPE);
  const application = props.application ?? 'sandpiper';
  checkName('application', application, 12);
  checkName('environment', props.environment, 16);
  checkHostAgents(props.hostAgents);
  checkPattern('project', props.project, PROJECT, 'must be the id of a project (not its number or display name)');
  checkPattern('region', props.region, REGION, 'must be a Google Cloud region, such as "europe-west3"');
  checkPattern(
    'existingKeyId',
    props.existingKeyId,
    KEY,
    'must be the id of a Cloud KMS key: projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>',
  );
  checkExistingNetwork(props);
  const blocks = {
    cidr: props.cidr ?? '10.10.0.0/20',
    runnerCidr: props.runnerCidr ?? '10.11.0.0/20',
    eventStoreCidr: props.eventStoreCidr ?? '10.11.16.0/28',
  };
  checkCidr('cidr', blocks.cidr, 24);
  checkCidr('runnerCidr', blocks.runnerCidr, 24);
  checkCidr('eventStoreCidr', blocks.eventStoreCidr, 28);
  checkApart(blocks);
  const tags = props.tags ?? {};
  checkLabels('tags', tags);
  return { ...props, application, tags, deletionProtection: props.deletionProtection ?? true, ...blocks };
}

function checkPattern(prop: string, value: string | undefined, pattern: RegExp, fix: string): void {
  if (isKnown(value) && !pattern.test(value)) throw new InvalidPropError(prop, value, fix);
}

function checkCidr(prop: string, cidr: string, longest: number): void {
  const [, prefix] = PRIVATE_BLOCK.exec(cidr) ?? [];
  const length = Number(prefix);
  const isBlock =
    cidr
      .split('/')[0]!
      .split('.')
      .every((octet) => Number(octet) <= 255) &&
    length >= 16 &&
    length <= longest;
  if (!isBlock || addressOf(cidr) % sizeOf(cidr) !== 0) {
    throw new InvalidPropError(
      prop,
      cidr,
      `must be a private IPv4 block of /16 to /${longest}, such as "10.10.0.0/${Math.max(20, longest)}"`,
    );
  }
}

function checkApart(blocks: Readonly<Record<string, string>>): void {
  const sorted = Object.entries(blocks).sort(([, one], [, other]) => addressOf(one) - addressOf(other));
  sorted.slice(1).forEach(([prop, block], index) => {
    const [before, lower] = sorted[index]!;
    if (addressOf(lower) + sizeOf(lower) > addressOf(block)) {
      throw new InvalidPropError(prop, block, `overlaps ${before} (${lower}): choose another block for one of them`);
    }
  });
}

function addressOf(block: string): number {
  return block
    .split('/')[0]!
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function sizeOf(block: string): number {
  return 2 ** (32 - Number(block.split('/')[1]));
}

function checkExistingNetwork(props: GcpPlatformProps): void {
  const { existingNetwork } = props;
  if (existingNetwork === undefined) return;
  for (const name of ['cidr', 'runnerCidr', 'eventStoreCidr'] as const) {
    if (props[name] !== undefined) {
      throw new InvalidPropError(
        name,
        props[name],
        "is for the platform's own network; leave it out with existingNetwork",
      );
    }
  }
  for (const name of ['network', 'subnetwork'] as const) {
    if (existingNetwork[name] === '') {
      throw new InvalidPropError(`existingNetwork.${name}`, '', `must be the self link of a ${name}`);
    }
  }
  existingNetwork.googleApiRanges?.forEach((range, index) => {
    if (!BLOCK.test(range)) {
      throw new InvalidPropError(`existingNetwork.googleApiRanges[${index}]`, range, 'must be an IPv4 block');
    }
  });
  if (existingNetwork.googleApiRanges?.length === 0) {
    throw new InvalidPropError('existingNetwork.googleApiRanges', [], 'must name at least one IPv4 block');
  }
}

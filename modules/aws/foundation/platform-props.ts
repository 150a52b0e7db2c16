import { checkHostAgents } from '../../machine/host-agents';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import { checkShape } from '../../props/shape';
import { AWS_PLATFORM_SHAPE } from './platform-shape';
import { checkTags } from './tags';
import { checkName } from '../../props/physical-name';
import type { PlatformProps } from '../../platform/platform';
import { checkLogRetention } from '../../props/checks';

/** Props of {@link AwsPlatform}. Every string may be a Terraform value, unless it says otherwise. */
export interface AwsPlatformProps extends PlatformProps {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** A network that exists already, in place of one of the platform's own. @default none - the platform makes its own */
  readonly existingNetwork?: ExistingNetwork;
  /**
   * ARN of a customer managed KMS key that encrypts artifacts, secrets, logs, disks and alarms. Its policy must allow what
   * `key-policy.ts` writes for the platform's own key: CloudWatch Logs, CloudWatch alarms and the service-linked role of EC2 Auto Scaling.
   * @default none - the platform makes a key, rotated each year
   */
  readonly existingKeyArn?: string;
  /** ARN of the IAM policy that bounds every role the platform and its services make. @default none */
  readonly permissionsBoundaryArn?: string;
  /** IPv4 block of the platform's own network: private (RFC 1918), /16 to /20. Known at synth. @default '10.0.0.0/16' */
  readonly cidr?: string;
  /** Availability zones of the platform's own network, 2 to 4. Known at synth. @default - as many as `zones` names, else 2 */
  readonly zoneCount?: number;
  /**
   * Availability zones of the platform's own network by name, such as `eu-central-1a`: each once, all in its region. Single names, or the whole, may be
   * Terraform values; a Terraform list is as long as `zoneCount`, or empty for the default. A network stays in its zones: others are refused at plan.
   * @default - the first of the region, whatever their state, kept from the first apply on
   */
  readonly zones?: readonly string[];
  /** Days the network's flow logs are kept: one of the values CloudWatch Logs takes. @default 90 */
  readonly flowLogRetentionDays?: number;
  /**
   * Machines of the platform's own network have only names of AWS's resolved (Route 53 Resolver DNS Firewall): what else a machine asks for
   * would be a way to tell somebody something. As long as a service has `internetEgress` every name is resolved. Costs by the query.
   * Known at synth. @default false
   */
  readonly dnsFirewall?: boolean;
}

/** A network made by somebody else. */
export interface ExistingNetwork {
  readonly vpcId: string;
  /** Subnets of the load balancers: routed to an internet gateway, in at least two zones. A list, or a Terraform list value. */
  readonly publicSubnetIds: string[];
  /**
   * Subnets of the instances, in at least two zones. They must reach S3, Secrets Manager and CloudWatch Logs on port 443, through
   * endpoints or NAT; a service with `internetEgress` needs NAT there.
   */
  readonly privateSubnetIds: string[];
}

/** {@link AwsPlatformProps} with defaults. */
export interface ResolvedAwsPlatformProps extends AwsPlatformProps {
  readonly application: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly cidr: string;
  readonly zoneCount: number;
  readonly flowLogRetentionDays: number;
  readonly dnsFirewall: boolean;
}

/** Zones that a network may span: four tiers of four subnets fit the block. */
const ZONES = { minimum: 2, maximum: 4 } as const;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const ZONE = /^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/;
const PRIVATE_BLOCK = /^(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\/(?:1[6-9]|20)$/;
const ARN = {
  key: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/,
  policy: /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/.+$/,
};

/** Applies the defaults. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveAwsPlatformProps(props: AwsPlatformProps): ResolvedAwsPlatformProps {
  checkShape(props, AWS_PLATFORM_SHAPE);
  const application = props.application ?? 'sandpiper';
  checkName('application', application, 12);
  if (application === 'internal') {
    throw new InvalidPropError(
      'application',
      application,
      'cannot be used on AWS: no load balancer\'s name may begin with "internal-"',
    );
  }
  checkName('environment', props.environment, 16);
  checkHostAgents(props.hostAgents);
  if (props.region === '' || (isKnown(props.region) && !REGION.test(props.region))) {
    throw new InvalidPropError('region', props.region, 'must be an AWS region, such as "eu-central-1"');
  }
  checkZones(props);
  const zoneCount = props.zoneCount ?? (isKnown(props.zones) ? props.zones.length : ZONES.minimum);
  if (!Number.isInteger(zoneCount) || zoneCount < ZONES.minimum || zoneCount > ZONES.maximum) {
    throw new InvalidPropError(
      'zoneCount',
      zoneCount,
      `must be a whole number from ${ZONES.minimum} to ${ZONES.maximum}: a load balancer needs two zones`,
    );
  }
  const cidr = props.cidr ?? '10.0.0.0/16';
  checkCidr(cidr);
  checkArn(
    'existingKeyArn',
    props.existingKeyArn,
    ARN.key,
    'the ARN of a KMS key: an alias would hide which key it is',
  );
  checkArn('permissionsBoundaryArn', props.permissionsBoundaryArn, ARN.policy, 'the ARN of an IAM policy');
  checkExistingNetwork(props);
  const flowLogRetentionDays = props.flowLogRetentionDays ?? 90;
  if (isKnown(flowLogRetentionDays)) checkLogRetention('flowLogRetentionDays', flowLogRetentionDays);
  const tags = props.tags ?? {};
  checkTags('tags', tags);
  return {
    ...props,
    application,
    tags,
    deletionProtection: props.deletionProtection ?? true,
    cidr,
    zoneCount,
    flowLogRetentionDays,
    dnsFirewall: props.dnsFirewall ?? false,
  };
}

function checkZones({ zones, zoneCount, region }: AwsPlatformProps): void {
  if (!isKnown(zones)) return;
  if (zones.length < ZONES.minimum || zones.length > ZONES.maximum || new Set(zones).size !== zones.length) {
    throw new InvalidPropError('zones', zones, `must name ${ZONES.minimum} to ${ZONES.maximum} zones, each once`);
  }
  if (zoneCount !== undefined && zoneCount !== zones.length) {
    throw new InvalidPropError('zoneCount', zoneCount, `differs from the number of zones, which is ${zones.length}`);
  }
  zones.forEach((name, index) => {
    if (!isKnown(name)) return;
    if (!ZONE.test(name) || (isKnown(region) && name.slice(0, -1) !== region)) {
      throw new InvalidPropError(
        `zones[${index}]`,
        name,
        `must be a zone of the platform's region, such as "eu-central-1a"`,
      );
    }
  });
}

function checkCidr(cidr: string): void {
  const isBlock = PRIVATE_BLOCK.test(cidr) && cidr.split(/[./]/).every((part) => Number(part) <= 255);
  if (!isBlock) {
    throw new InvalidPropError('cidr', cidr, 'must be a private IPv4 block of /16 to /20, such as "10.0.0.0/16"');
  }
}

function checkArn(prop: string, arn: string | undefined, pattern: RegExp, what: string): void {
  if (isKnown(arn) && !pattern.test(arn)) throw new InvalidPropError(prop, arn, `must be ${what}`);
}

function checkExistingNetwork({ existingNetwork, cidr, zoneCount, zones, dnsFirewall }: AwsPlatformProps): void {
  if (existingNetwork === undefined) return;
  if (cidr !== undefined)
    throw new InvalidPropError('cidr', cidr, "is for the platform's own network; leave it out with existingNetwork");
  for (const [name, value] of Object.entries({ zoneCount, zones })) {
    if (value === undefined) continue;
    throw new InvalidPropError(name, value, "is for the platform's own network; leave it out with existingNetwork");
  }
  if (dnsFirewall) {
    throw new InvalidPropError(
      'dnsFirewall',
      dnsFirewall,
      "is for the platform's own network; leave it out with existingNetwork, whose owner says what is resolved there",
    );
  }
  if (existingNetwork.vpcId === '') throw new InvalidPropError('existingNetwork.vpcId', '', 'must be the id of a VPC');
  for (const name of ['publicSubnetIds', 'privateSubnetIds'] as const) {
    const ids = existingNetwork[name];
    if (isKnown(ids) && (ids.length < 2 || new Set(ids).size !== ids.length)) {
      throw new InvalidPropError(
        `existingNetwork.${name}`,
        ids,
        'must name at least two subnets, each once, in different zones',
      );
    }
  }
}

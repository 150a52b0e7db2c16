import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import type { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { Fn, type ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * What a subnet is for. `public` holds load balancers and NAT; `private` holds instances without any route out of the
 * VPC; `egress` holds instances whose service asked for the internet.
 */
export type Tier = 'public' | 'private' | 'egress';

/** Each tier has four numbers of the sixteen that the block is cut into: one for each zone. */
const FIRST_NUMBER: Readonly<Record<Tier, number>> = { public: 0, private: 4, egress: 8 };
const BLOCK_BITS = 4;
/** A VPC's IPv6 block is a /56, a subnet's a /64. */
const IPV6_BLOCK_BITS = 8;

/** Subnets of one tier, one in each zone. */
export interface SubnetTier {
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly ids: string[];
  readonly ready: ITerraformDependable[];
}

/** The region's availability zones, without local zones and zones that must be opted into. */
export function availabilityZones(scope: Construct): DataAwsAvailabilityZones {
  return new DataAwsAvailabilityZones(scope, 'zones', {
    state: 'available',
    filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
  });
}

/** Makes one tier: a subnet in each zone, with route tables of the tier's own. */
export function addTier(
  scope: Construct,
  tier: Tier,
  options: {
    readonly name: string;
    readonly vpc: Vpc;
    readonly zones: DataAwsAvailabilityZones;
    readonly zoneCount: number;
    readonly cidr: string;
    /** One route table for each zone, or one for all. */
    readonly routeTables: 'one' | 'per-zone';
  },
): SubnetTier {
  const { vpc, zones, zoneCount, cidr } = options;
  const numbers = Array.from({ length: zoneCount }, (_, index) => index);
  const subnets = numbers.map(
    (index) =>
      new Subnet(scope, `${tier}-${index}`, {
        vpcId: vpc.id,
        availabilityZone: `\${${zones.fqn}.names[${index}]}`,
        cidrBlock: Fn.cidrsubnet(cidr, BLOCK_BITS, FIRST_NUMBER[tier] + index),
        ...(tier === 'public'
          ? { ipv6CidrBlock: Fn.cidrsubnet(vpc.ipv6CidrBlock, IPV6_BLOCK_BITS, FIRST_NUMBER[tier] + index) }
          : {}),
        mapPublicIpOnLaunch: false,
        tags: { Name: `${options.name}-${tier}-${index}` },
      }),
  );
  const routeTables = (options.routeTables === 'one' ? [0] : numbers).map(
    (index) =>
      new RouteTable(scope, `${tier}-routes-${index}`, {
        vpcId: vpc.id,
        tags: { Name: `${options.name}-${tier}-${index}` },
      }),
  );
  const associations = subnets.map(
    (subnet, index) =>
      new RouteTableAssociation(scope, `${tier}-association-${index}`, {
        subnetId: subnet.id,
        routeTableId: (routeTables[index] ?? routeTables[0]!).id,
      }),
  );
  return { subnets, routeTables, ids: subnets.map((subnet) => subnet.id), ready: associations };
}

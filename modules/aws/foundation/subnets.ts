import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import type { Vpc } from '@cdktf/provider-aws/lib/vpc';
import {
  Fn,
  Op,
  TerraformSelf,
  Token,
  type IResolvable,
  type ITerraformDependable,
  type TerraformResourceLifecycle,
} from 'cdktf';
import type { Construct } from 'constructs';
import { isKnown } from '../../props/known';

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

/** A zone of a network. */
export interface Zone {
  readonly name: string;
  /** Of the first subnet in it: the zone is chosen once, when the subnet is made. */
  readonly lifecycle?: TerraformResourceLifecycle;
}

/**
 * The zones that were named; else the region's first ones, without local zones and zones that must be opted into. They are listed whatever state
 * they are in, and a subnet stays where it was made: neither an outage nor a new zone changes a plan.
 */
export function chooseZones(
  scope: Construct,
  options: { readonly region: string; readonly zoneCount: number; readonly zones?: readonly string[] },
): Zone[] {
  const { region, zoneCount, zones } = options;
  const numbers = Array.from({ length: zoneCount }, (_, index) => index);
  if (isKnown(zones)) return zones.map((name) => zone(name, Op.eq(TerraformSelf.getString('availability_zone'), name)));
  const names = TerraformSelf.getAny('names');
  const found = new DataAwsAvailabilityZones(scope, 'zones', {
    filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    lifecycle: {
      postcondition: [
        {
          condition: Op.gte(Fn.lengthOf(names), zoneCount),
          errorMessage: `${region} has fewer availability zones than zoneCount asks for, which is ${zoneCount}: lower it.`,
        },
      ],
    },
  });
  const first = (index: number) => `\${${found.fqn}.names[${index}]}`;
  if (zones === undefined) return numbers.map((index) => zone(first(index)));
  const isNamed = Op.gte(Fn.lengthOf(zones), 1);
  return numbers.map((index) => {
    const name = Token.asString(Fn.element([...zones], index));
    return zone(
      Token.asString(Fn.conditional(isNamed, name, Fn.element(found.names, index))),
      // No `||`: Terraform evaluates both of its sides.
      Fn.conditional(isNamed, Op.eq(TerraformSelf.getString('availability_zone'), name), true) as IResolvable,
    );
  });
}

function zone(name: string, isKept?: IResolvable): Zone {
  const postcondition = isKept && [
    {
      condition: isKept,
      errorMessage:
        'The subnet is in another zone than zones says. Zones are chosen once, when the network is made: keep them.',
    },
  ];
  return { name, lifecycle: { ignoreChanges: ['availability_zone'], postcondition } };
}

/** Makes one tier: a subnet in each zone, with route tables of the tier's own. */
export function addTier(
  scope: Construct,
  tier: Tier,
  options: {
    readonly name: string;
    readonly vpc: Vpc;
    readonly zones: readonly Zone[];
    readonly cidr: string;
    /** One route table for each zone, or one for all. */
    readonly routeTables: 'one' | 'per-zone';
  },
): SubnetTier {
  const { vpc, zones, cidr } = options;
  const numbers = zones.map((_, index) => index);
  const subnets = numbers.map(
    (index) =>
      new Subnet(scope, `${tier}-${index}`, {
        vpcId: vpc.id,
        availabilityZone: zones[index]!.name,
        cidrBlock: Fn.cidrsubnet(cidr, BLOCK_BITS, FIRST_NUMBER[tier] + index),
        ...(tier === 'public'
          ? { ipv6CidrBlock: Fn.cidrsubnet(vpc.ipv6CidrBlock, IPV6_BLOCK_BITS, FIRST_NUMBER[tier] + index) }
          : {}),
        mapPublicIpOnLaunch: false,
        tags: { Name: `${options.name}-${tier}-${index}` },
        lifecycle: zones[index]!.lifecycle,
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

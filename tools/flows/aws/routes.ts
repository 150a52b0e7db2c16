import type { Opening } from '../flow';
import type { Plan, Resource, Target } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';
import type { Endpoint } from './endpoints';
import { blocks, means } from './machines';

/** One way out of a VPC. */
export interface WayOut {
  readonly address: string;
  /** Range or prefix list; as it is written where it is known after apply only. */
  readonly destination: string;
  /** What it leads to, such as `nat_gateway_id aws_nat_gateway.a`. */
  readonly target: string;
}

const TARGETS = [
  ...['gateway_id', 'nat_gateway_id', 'egress_only_gateway_id', 'transit_gateway_id', 'vpc_peering_connection_id'],
  ...['network_interface_id', 'vpc_endpoint_id', 'carrier_gateway_id', 'local_gateway_id', 'core_network_arn'],
  'odb_network_arn',
];
const DESTINATIONS = [
  ...['destination_cidr_block', 'destination_ipv6_cidr_block', 'destination_prefix_list_id'],
  ...['cidr_block', 'ipv6_cidr_block'],
];

/** The route tables of a subnet; none where it has no association of its own and takes the VPC's main one. */
export function tablesOf(plan: Plan, subnet: Resource): readonly Target[] {
  return plan
    .of('aws_route_table_association')
    .filter(({ values }) => means(plan, values.subnet_id, subnet))
    .flatMap(({ values }) => plan.resolve(values.route_table_id, 'aws_route_table', 'aws_default_route_table'));
}

/** Routes of a table that lead out of the VPC, but for those of gateway endpoints, which are no `aws_route`. */
export function waysOut(plan: Plan, table: Resource): readonly WayOut[] {
  const own = blocks(table.values.route).map((route) => ({ address: table.address, route }));
  const separate = plan
    .of('aws_route')
    .filter(({ values }) => means(plan, values.route_table_id, table))
    .map(({ address, values }) => ({ address, route: values }));
  const routes = [...own, ...separate]
    .filter(({ route }) => route.gateway_id !== 'local')
    .map(({ address, route }) => ({
      address,
      destination: DESTINATIONS.map((name) => plan.text(route[name])).find((text) => text) ?? 'known after apply',
      target: targetOf(plan, route),
    }));
  const propagated = [
    ...plan.of('aws_vpn_gateway_route_propagation').filter(({ values }) => means(plan, values.route_table_id, table)),
    ...(blocks(table.values.propagating_vgws).length > 0 ? [table] : []),
  ].map(({ address }) => ({ address, destination: 'whatever is propagated', target: 'a VPN gateway' }));
  // Routes that are known after apply only may lead anywhere.
  const untold =
    table.values.route instanceof Unknown
      ? [{ address: table.address, destination: 'what is known after apply', target: 'a target that is not told' }]
      : [];
  return [...routes, ...propagated, ...untold];
}

/** Whether a table leads to a gateway endpoint. */
export function isRoutedTo(plan: Plan, { resource, isGateway }: Endpoint, table: Resource): boolean {
  const associations = plan
    .of('aws_vpc_endpoint_route_table_association')
    .filter(({ values }) => means(plan, values.vpc_endpoint_id, resource))
    .map(({ values }) => values.route_table_id as Value);
  return isGateway && means(plan, [resource.values.route_table_ids, ...associations], table);
}

/** Ways out of the subnets of runners, and what the plan does not tell of them. */
export function routeOpenings(plan: Plan, runner: string, subnets: readonly Target[]): Opening[] {
  if (subnets.length === 0) return [{ address: runner, problem: 'its subnets are not told' }];
  return subnets.flatMap((target): Opening[] => {
    if (!('resource' in target)) {
      return [{ address: runner, problem: `its subnet ${target.outside} is not in the plan: nobody knows its routes` }];
    }
    const { address } = target.resource;
    const tables = tablesOf(plan, target.resource);
    if (tables.length === 0)
      return [{ address, problem: "has no route table of its own: the VPC's main one may lead out" }];
    return tables.flatMap((table) =>
      'resource' in table
        ? waysOut(plan, table.resource).map((way) => ({
            address: way.address,
            problem: `leads from the runners' ${address} to ${way.destination} by ${way.target}`,
          }))
        : [{ address, problem: `its route table ${table.outside} is not in the plan` }],
    );
  });
}

function targetOf(plan: Plan, route: Readonly<Record<string, any>>): string {
  for (const name of TARGETS) {
    const [target] = plan.resolve(route[name]);
    if (target !== undefined) return 'resource' in target ? target.resource.address : `${name} ${target.outside}`;
  }
  return 'a target that is not told';
}

import { isWithin } from '../address-range';
import type { Opening } from '../flow';
import { resourcesOf, type Plan, type Resource } from '../../plan/plan';
import { Unknown } from '../../plan/unknown';
import { list, means, NETWORK, SUBNETWORK, blocks, type Machines } from './machines';

/** restricted.googleapis.com (VPC, "Private Google Access options"): Google carries it inside of its network, whatever the next hop is called. */
export const RESTRICTED_API_RANGE = '199.36.153.4/30';
/** private.googleapis.com (same page): every API, those too that VPC Service Controls cannot fence in. */
export const PRIVATE_API_RANGE = '199.36.153.8/30';

/** Ways out of the networks and subnetworks of runners, and what the plan does not tell of them. */
export function routeOpenings(plan: Plan, machines: Machines): Opening[] {
  const { address } = machines.resource;
  const networks = resourcesOf(machines.networks);
  const subnetworks = resourcesOf(machines.subnetworks);
  const outside = [...machines.networks, ...machines.subnetworks].flatMap((target) =>
    'outside' in target ? [target.outside] : [],
  );
  return [
    ...(networks.length === 0 || subnetworks.length === 0 || outside.length > 0
      ? [
          {
            address,
            problem: `its network ${outside.join(' ')} is not in the plan: nobody knows its routes`.replace('  ', ' '),
          },
        ]
      : []),
    ...networks.flatMap((network) => networkOpenings(plan, network, machines)),
    ...subnetworks.flatMap((subnetwork) => [
      ...subnetworkOpenings(subnetwork),
      ...natOpenings(plan, subnetwork, networks),
    ]),
  ];
}

function networkOpenings(plan: Plan, network: Resource, { tags }: Machines): Opening[] {
  const { address, values } = network;
  const routes = plan.of('google_compute_route').filter((route) => {
    const isHere = plan
      .resolve(route.values.network, NETWORK)
      .some((target) => !('resource' in target) || target.resource.address === address);
    const named = list(route.values.tags);
    return isHere && (named.length === 0 || named.some((tag) => typeof tag !== 'string' || tags.includes(tag)));
  });
  return [
    ...(values.delete_default_routes_on_create === true
      ? []
      : [{ address, problem: 'keeps the default route to the internet' }]),
    ...(values.auto_create_subnetworks === false ? [] : [{ address, problem: 'makes subnetworks by itself' }]),
    ...routes
      .filter((route) => !isRestricted(plan, route))
      .map((route) => ({
        address: route.address,
        problem: `leads from the runners' network to ${plan.text(route.values.dest_range) ?? 'what is known after apply'}`,
      })),
  ];
}

/** To Google's restricted APIs, and not by way of somebody's machine. */
function isRestricted(plan: Plan, { values }: Resource): boolean {
  const gateway = plan.text(values.next_hop_gateway) ?? '';
  const range = plan.text(values.dest_range);
  return (
    range !== undefined && isWithin(range, RESTRICTED_API_RANGE) && /(?:^|\/)default-internet-gateway$/.test(gateway)
  );
}

function subnetworkOpenings({ address, values }: Resource): Opening[] {
  const stack = values.stack_type as unknown;
  return [
    ...(stack === undefined || stack === null || stack === 'IPV4_ONLY'
      ? []
      : [{ address, problem: `gives runners IPv6 (${String(stack)})` }]),
    ...(values.ipv6_access_type ? [{ address, problem: 'gives runners IPv6 addresses' }] : []),
  ];
}

/** Cloud NAT that takes in the subnetwork: by name, or because it takes in all. */
function natOpenings(plan: Plan, subnetwork: Resource, networks: readonly Resource[]): Opening[] {
  return plan
    .of('google_compute_router_nat')
    .filter((nat) => isInNetworks(plan, nat, networks))
    .filter(({ values }) => {
      const isListed = values.source_subnetwork_ip_ranges_to_nat === 'LIST_OF_SUBNETWORKS';
      if (!isListed || values.subnetwork instanceof Unknown) return true;
      const named = blocks(values.subnetwork).map(({ name }) => name as unknown);
      return named.some(
        (name) => means(plan, name, subnetwork) || plan.resolve(name, SUBNETWORK).some((target) => 'outside' in target),
      );
    })
    .map(({ address }) => ({ address, problem: `translates addresses of the runners' ${subnetwork.address}` }));
}

function isInNetworks(plan: Plan, nat: Resource, networks: readonly Resource[]): boolean {
  const routers = plan.resolve(nat.values.router, 'google_compute_router');
  return routers.some(
    (router) =>
      'outside' in router ||
      networks.length === 0 ||
      networks.some((network) => means(plan, router.resource.values.network, network)),
  );
}

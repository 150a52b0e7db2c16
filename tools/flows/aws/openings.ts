import type { Opening } from '../flow';
import { resourcesOf, type Plan, type Target } from '../../plan/plan';
import { actionPrefix, policyOpenings, type Endpoint } from './endpoints';
import { addressOpenings, type Machines } from './machines';
import { endpointParty, EVENT_STORES, OPERATORS_TUNNEL, type Member, type Vpc } from './parties';
import type { Identity } from './permissions';
import { nameResolution } from './resolver';
import { isRoutedTo, routeOpenings, tablesOf } from './routes';
import type { Rule } from './security-groups';
import { unknownKinds } from './vicinity';

/** What the openings of runners are found in. */
interface Found {
  readonly vpc: Vpc;
  readonly rules: readonly Rule[];
  readonly identities: ReadonlyMap<Machines, Identity>;
}

/**
 * Whatever opens a way out of a runner. Addresses, routes, security groups, endpoints and rights are locks of their own: each must hold
 * though the others were open, so a rule without a route is an opening, and a route without a rule too.
 */
export function runnerOpenings(plan: Plan, found: Found): readonly Opening[] {
  const runners = found.vpc.machines.filter(({ party }) => party.kind === 'runner');
  const all = [
    ...runners.flatMap((runner) => openingsOf(plan, runner, found)),
    ...strayRoutes(plan),
    ...strayRules(found.rules),
    ...unknownKinds(plan),
    ...(runners.length === 0 ? [] : nameResolution(plan).openings),
  ];
  return [...new Map(all.map((opening) => [`${opening.address} ${opening.problem}`, opening])).values()];
}

function openingsOf(plan: Plan, runner: Machines, { vpc, rules, identities }: Found): Opening[] {
  const identity = identities.get(runner)!;
  const { address } = runner.resource;
  const groups = resourcesOf(runner.securityGroups);
  const own = rules.filter(
    ({ group }) => 'resource' in group && groups.some((one) => one.address === group.resource.address),
  );
  const reached = new Map<string, Member>();
  const inRules = own.flatMap((rule) =>
    rule.direction === 'ingress' ? ingressOpenings(vpc, rule) : egressOpenings({ vpc, identity, reached }, rule),
  );
  return [
    ...(runner.templates.length === 0 ? [{ address, problem: 'what it is made from is not in the plan' }] : []),
    ...(runner.securityGroups.length === 0
      ? [{ address, problem: "has no security group: the VPC's default one holds" }]
      : []),
    ...outsideOf(runner.securityGroups).map((name) => ({
      address,
      problem: `its security group ${name} is not in the plan`,
    })),
    ...addressOpenings(plan, runner),
    ...routeOpenings(plan, address, runner.subnets),
    ...gatewayOpenings(plan, runner, { vpc, identity, reached }),
    ...inRules,
    ...identity.openings,
    ...[...reached.values()].flatMap(({ endpoint }) => (endpoint === undefined ? [] : policyOpenings(plan, endpoint))),
  ];
}

/** A rule lets a runner out to services that it has rights in, and to the event store; to groups, not to addresses. */
function egressOpenings(
  { vpc, identity, reached }: { vpc: Vpc; identity: Identity; reached: Map<string, Member> },
  { address, peer }: Rule,
): Opening[] {
  if (peer.kind === 'addresses') return [{ address, problem: `lets runners out to ${peer.range}` }];
  const target = peer.kind === 'group' ? peer.group : peer.list;
  if (!('resource' in target))
    return [{ address, problem: `lets runners out to ${target.outside}, which is not in the plan` }];
  const gateway = vpc.endpoints.find(
    ({ resource, isGateway }) => isGateway && resource.address === target.resource.address,
  );
  const members: readonly Member[] =
    peer.kind === 'group'
      ? vpc.members(target.resource)
      : gateway
        ? [{ party: { name: gateway.service, kind: 'cloud' }, resource: gateway.resource, endpoint: gateway }]
        : [{ party: { name: target.resource.address, kind: 'outside' }, resource: target.resource }];
  return members.flatMap((member): Opening[] => {
    reached.set(member.resource.address, member);
    if (EVENT_STORES.includes(member.resource.type)) return [];
    if (member.endpoint === undefined) return [{ address, problem: `lets runners reach ${member.resource.address}` }];
    return identity.services.has(actionPrefix(member.endpoint.service)) ? [] : [unneeded(member.endpoint)];
  });
}

/** Gateway endpoints are routes too: only of services that runners have rights in. */
function gatewayOpenings(
  plan: Plan,
  { subnets }: Machines,
  { vpc, identity, reached }: { vpc: Vpc; identity: Identity; reached: Map<string, Member> },
): Opening[] {
  const tables = resourcesOf(resourcesOf(subnets).flatMap((subnet) => tablesOf(plan, subnet)));
  return vpc.endpoints
    .filter((endpoint) => tables.some((table) => isRoutedTo(plan, endpoint, table)))
    .flatMap((endpoint): Opening[] => {
      const { resource, service } = endpoint;
      reached.set(resource.address, { party: endpointParty(endpoint), resource, endpoint });
      return identity.services.has(actionPrefix(service)) ? [] : [unneeded(endpoint)];
    });
}

function unneeded({ resource, service }: Endpoint): Opening {
  return { address: resource.address, problem: `is reached by runners, which have no right in ${service}` };
}

/** Nobody opens a connection to a runner but operators, through their tunnel. */
function ingressOpenings(vpc: Vpc, { address, peer }: Rule): Opening[] {
  const isTunnel =
    peer.kind === 'group' &&
    'resource' in peer.group &&
    vpc.members(peer.group.resource).every(({ resource }) => resource.type === OPERATORS_TUNNEL);
  return isTunnel ? [] : [{ address, problem: 'lets somebody open connections to runners' }];
}

/** A rule of a group that is not in the plan, or is looked up at apply, may be one of the runners' own. */
function strayRules(rules: readonly Rule[]): Opening[] {
  return rules
    .filter(({ group }) => !('resource' in group) || group.resource.mode === 'data')
    .map(({ address }) => ({ address, problem: 'is a rule of a group that is not in the plan' }));
}

/** A route of a table that is not in the plan may be one of the runners' own. */
function strayRoutes(plan: Plan): Opening[] {
  return plan
    .of('aws_route', 'aws_vpn_gateway_route_propagation')
    .filter(
      ({ values }) =>
        outsideOf(plan.resolve(values.route_table_id, 'aws_route_table', 'aws_default_route_table')).length > 0,
    )
    .map(({ address }) => ({ address, problem: 'is a route of a table that is not in the plan' }));
}

function outsideOf(targets: readonly Target[]): string[] {
  return targets.flatMap((target) => ('outside' in target ? [target.outside] : []));
}

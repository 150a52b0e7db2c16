import { isWithin } from '../address-range';
import { INTERNET, type Closure, type Flow, type FlowReport, type Opening, type Party } from '../flow';
import { resourcesOf, type Plan, type Resource } from '../../plan/plan';
import { Unknown } from '../../plan/unknown';
import { EVERYWHERE, permitted, refusalsOfAll, rulesFor, showPorts, type FirewallRule, type Range } from './firewall';
import { findMachines, machineOpenings, nameOf, type Machines } from './machines';
import { readIdentity } from './permissions';
import { PRIVATE_API_RANGE, RESTRICTED_API_RANGE, routeOpenings } from './routes';
import { vicinityOpenings } from './vicinity';

/** Google's front ends and health probes (Cloud Load Balancing, "Firewall rules"), and IAP for TCP forwarding. */
const FRONT_ENDS = ['35.191.0.0/16', '130.211.0.0/22'];
const IDENTITY_AWARE_PROXY = '35.235.240.0/20';

/** Who reaches whom in the plan of a GCP stack, and whatever opens a way out of a runner. */
export function gcpFlows(plan: Plan): FlowReport {
  const machines = findMachines(plan);
  const all = machines.map((one) => ({ ...one, rules: rulesFor(plan, one), identity: readIdentity(plan, one) }));
  const runners = all.filter(({ party }) => party.kind === 'runner');
  const openings = [
    ...runners.flatMap((runner) => [
      ...machineOpenings(runner),
      ...routeOpenings(plan, runner),
      ...firewallOpenings(plan, runner.resource.address, runner.rules),
      ...runner.identity.openings,
    ]),
    ...vicinityOpenings(plan),
  ];
  return {
    cloud: 'gcp',
    flows: distinct([
      ...frontFlows(plan),
      ...all.flatMap(({ party, rules }) => [
        ...permitted(rules, 'INGRESS').flatMap((rule) => rule.ranges.map((range) => ingressFlow(party, rule, range))),
        ...permitted(rules, 'EGRESS').flatMap((rule) =>
          rule.ranges.map((range) => egressFlow(plan, party, rule, range)),
        ),
        ...alwaysThere(party),
      ]),
    ]),
    closures: distinct(all.map(({ party, rules, subnetworks }) => closureOf(party, rules, subnetworks))),
    permissions: distinct(all.flatMap(({ identity }) => identity.permissions)),
    openings: distinct(openings),
    remains: [
      'Names of any domain resolve on a runner through the metadata server, which no firewall rule closes: one that was taken over could tell a few bytes in the names it asks for. A sandbox has no network and asks for none.',
      "restricted.googleapis.com serves every project: a runner that was taken over could use it with somebody else's credentials. Only a perimeter of VPC Service Controls, which is an organization's to make, closes that.",
    ],
  };
}

/** Whatever the firewall lets a runner do besides; each of its refusals must be there though the others were enough. */
function firewallOpenings(plan: Plan, runner: string, rules: readonly FirewallRule[]): Opening[] {
  const inwards = permitted(rules, 'INGRESS')
    .filter(({ ranges, ports }) => !ranges.every(({ text }) => text === IDENTITY_AWARE_PROXY) || ports.join() !== '22')
    .map(({ address }) => ({ address, problem: 'lets somebody open connections to runners' }));
  const outwards = permitted(rules, 'EGRESS').flatMap((rule) =>
    rule.ranges
      .filter((range) => !isNamed(plan, range))
      .map((range) => ({ address: rule.address, problem: `lets runners out to ${range.text}` })),
  );
  const refusals = refusalsOfAll(rules, 'EGRESS');
  const own = refusals.filter(({ namesAccount }) => namesAccount);
  const missing = [
    ...(own.length === 0
      ? ['no rule of their own refuses runners what is not named: one for the whole network may open them']
      : []),
    ...(own.length === refusals.length ? ['no rule of the network refuses what is not named'] : []),
  ].map((problem) => ({ address: runner, problem }));
  return [...inwards, ...outwards, ...missing];
}

/** Google's APIs at the addresses that can be fenced in, and the event store's one address. */
function isNamed(plan: Plan, range: Range): boolean {
  return isWithin(range.text, RESTRICTED_API_RANGE) || isEventStore(plan, range);
}

/** One address of the store's, by its value or by what it is made of: a whole network made of it would be more than the store. */
function isEventStore(plan: Plan, { text, value }: Range): boolean {
  if (!text.endsWith('/32')) return false;
  const stores = plan.of('google_memorystore_instance', 'google_redis_instance', 'google_redis_cluster');
  if (value instanceof Unknown) {
    const targets = plan.resolve(value);
    return (
      /^\$\{[^}]*\}+\/32$/.test(text) &&
      targets.length > 0 &&
      targets.every((target) => 'resource' in target && stores.includes(target.resource))
    );
  }
  const address = `"${text.replace('/32', '')}"`;
  return stores.some(({ values }) => JSON.stringify(values).includes(address));
}

function egressFlow(plan: Plan, from: Party, rule: FirewallRule, range: Range): Flow {
  const to = ((): Party => {
    if (isWithin(range.text, RESTRICTED_API_RANGE))
      return { name: 'Google APIs (restricted.googleapis.com)', kind: 'cloud' };
    if (isWithin(range.text, PRIVATE_API_RANGE)) return { name: 'Google APIs (private.googleapis.com)', kind: 'cloud' };
    if (isEventStore(plan, range)) return { name: 'event store', kind: 'cloud' };
    return range.text === EVERYWHERE ? INTERNET : { name: range.text, kind: 'outside' };
  })();
  return { from, to, ports: showPorts(rule), why: rule.description, by: [rule.address], limit: "the account's roles" };
}

function ingressFlow(to: Party, rule: FirewallRule, { text }: Range): Flow {
  const from = ((): Party => {
    if (FRONT_ENDS.includes(text)) return { name: "Google's front ends and health probes", kind: 'front' };
    if (text === IDENTITY_AWARE_PROXY) return { name: 'operators through Identity-Aware Proxy', kind: 'outside' };
    return text === EVERYWHERE ? INTERNET : { name: text, kind: 'outside' };
  })();
  return { from, to, ports: showPorts(rule), why: rule.description, by: [rule.address] };
}

/** The internet to Google's front ends, as the forwarding rules say. */
function frontFlows(plan: Plan): Flow[] {
  return plan.of('google_compute_global_forwarding_rule').map((rule): Flow => {
    const { port_range: ports, description } = rule.values as { port_range?: unknown; description?: unknown };
    return {
      from: INTERNET,
      to: { name: `load balancer of ${nameOf([rule])}`, kind: 'front' },
      ports: `tcp ${String(ports)}`,
      why: typeof description === 'string' ? description : '',
      by: [rule.address],
    };
  });
}

/** What no firewall rule closes (VPC firewall rules, "Always allowed traffic"): the metadata server, which also serves names and time. */
function alwaysThere(from: Party): Flow[] {
  const to: Party = { name: 'metadata server 169.254.169.254', kind: 'cloud' };
  return [
    { from, to, ports: 'tcp 80', why: 'Access tokens of the account', by: [], limit: 'no sandbox reaches it' },
    { from, to, ports: 'udp 53, tcp 53', why: 'Names', by: [], limit: 'any name' },
    { from, to, ports: 'udp 123', why: 'Clock', by: [] },
  ];
}

function closureOf(who: Party, rules: readonly FirewallRule[], subnetworks: Machines['subnetworks']): Closure {
  const refusals = [...refusalsOfAll(rules, 'INGRESS'), ...refusalsOfAll(rules, 'EGRESS')].map(
    ({ address }) => address,
  );
  const places = resourcesOf(subnetworks).map(({ address }: Resource) => address);
  return {
    who,
    what:
      who.kind === 'runner'
        ? 'denied and logged by the firewall; no external address, no Cloud NAT, no other route'
        : 'denied and logged by the firewall',
    by: [...new Set([...refusals, ...places])],
  };
}

/** Groups made from several templates say the same more than once. */
function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

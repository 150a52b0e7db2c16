import { isWithin, overlap } from '../address-range';
import { INTERNET, type Flow, type FlowReport, type Party } from '../flow';
import { resourcesOf, type Plan, type Resource, type Target } from '../../plan/plan';
import type { Machines } from './machines';
import { actionPrefix, policyOpenings } from './endpoints';
import { endpointParty, EVENT_STORES, findParties, type Member, type Vpc } from './parties';
import { readIdentity, type Identity } from './permissions';
import { runnerOpenings } from './openings';
import { nameResolution } from './resolver';
import { isRoutedTo, tablesOf, waysOut, type WayOut } from './routes';
import { commonPorts, findRules, showPorts, type Rule } from './security-groups';

/** Who reaches whom in the plan of an AWS stack, and whatever opens a way out of a runner. */
export function awsFlows(plan: Plan): FlowReport {
  const vpc = findParties(plan);
  const rules = findRules(plan);
  const identities = new Map(vpc.machines.map((machines) => [machines, readIdentity(plan, machines)]));
  const senders = sendersOf(plan, vpc, rules);
  const flows = [
    ...frontFlows(plan, rules, vpc),
    ...senders.flatMap((sender) => {
      const identity = sender.member.machines && identities.get(sender.member.machines);
      return rules
        .filter((rule) => rule.direction === 'egress' && isAmong(rule.group, sender.groups))
        .flatMap((rule) => flowsOf(plan, { sender, rule, rules, vpc, identity }));
    }),
    ...vpc.machines.flatMap(({ party }) => alwaysThere(plan, party)),
  ];
  return {
    cloud: 'aws',
    flows,
    closures: vpc.machines.map((machines) => closureOf(plan, machines)),
    permissions: [...identities.values()].flatMap(({ permissions }) => permissions),
    openings: runnerOpenings(plan, { vpc, rules, identities }),
    remains: nameResolution(plan).remains,
  };
}

/** Something that may open connections: a machine, a load balancer, a tunnel. */
interface Sender {
  readonly member: Member;
  readonly groups: readonly Resource[];
  readonly ways: readonly WayOut[];
  readonly tables: readonly Resource[];
}

interface Asked {
  readonly sender: Sender;
  readonly rule: Rule;
  readonly rules: readonly Rule[];
  readonly vpc: Vpc;
  readonly identity?: Identity;
}

function sendersOf(plan: Plan, vpc: Vpc, rules: readonly Rule[]): Sender[] {
  const groups = resourcesOf(rules.filter(({ direction }) => direction === 'egress').map(({ group }) => group));
  const members = new Map<string, { member: Member; groups: Resource[] }>();
  for (const group of groups) {
    for (const member of vpc.members(group)) {
      const { address } = member.resource;
      members.set(address, { member, groups: [...(members.get(address)?.groups ?? []), group] });
    }
  }
  return [...members.values()].map(({ member, groups: own }) => {
    const subnets = resourcesOf(member.machines?.subnets ?? []);
    const tables = resourcesOf(subnets.flatMap((subnet) => tablesOf(plan, subnet)));
    return { member, groups: own, tables, ways: tables.flatMap((table) => waysOut(plan, table)) };
  });
}

function flowsOf(plan: Plan, asked: Asked): Flow[] {
  const { rule } = asked;
  const { peer } = rule;
  if (peer.kind === 'group') {
    return 'resource' in peer.group
      ? toMembers(plan, asked, asked.vpc.members(peer.group.resource))
      : [toOutside(asked, peer.group.outside)];
  }
  if (peer.kind === 'prefix-list') return throughGateway(plan, asked, peer.list);
  return [...toMembers(plan, asked, membersIn(plan, asked.vpc, asked.rules)), ...out(plan, asked, peer.range)];
}

/** To members of the VPC, as far as their own rules let the sender in. */
function toMembers(plan: Plan, { sender, rule, rules, vpc, identity }: Asked, members: readonly Member[]): Flow[] {
  return members.flatMap((member) => {
    const admitting = rules.filter(
      (other) =>
        other.direction === 'ingress' &&
        carries(vpc, other.group, member) &&
        admits(plan, other, sender) &&
        commonPorts(rule.ports, other.ports) !== undefined,
    );
    return admitting.map((other): Flow => ({
      from: sender.member.party,
      to: member.party,
      ports: showPorts(commonPorts(rule.ports, other.ports)!),
      why: rule.description || other.description,
      by: [rule.address, other.address, ...(member.endpoint ? [member.resource.address] : [])],
      limit: limitOf(plan, identity, member),
    }));
  });
}

/** S3 by its prefix list, where the subnet's routes lead to the gateway endpoint that has it. */
function throughGateway(plan: Plan, { sender, rule, vpc, identity }: Asked, list: Target): Flow[] {
  const endpoint = vpc.endpoints.find((one) => 'resource' in list && one.resource.address === list.resource.address);
  if (endpoint === undefined)
    return [toOutside({ sender, rule }, 'outside' in list ? list.outside : list.resource.address)];
  if (!sender.tables.some((table) => isRoutedTo(plan, endpoint, table))) return [];
  const party = endpointParty(endpoint);
  const member = { party, resource: endpoint.resource, endpoint };
  return [
    {
      ...flow({ sender, rule }, party),
      by: [rule.address, endpoint.resource.address],
      limit: limitOf(plan, identity, member),
    },
  ];
}

/** Beyond the VPC, as far as a route leads there. */
function out(plan: Plan, { sender, rule }: Asked, range: string): Flow[] {
  if (vpcRanges(plan).some((own) => isWithin(range, own))) return [];
  return sender.ways
    .filter(({ destination }) => overlap(range, destination))
    .map((way) => ({
      ...flow({ sender, rule }, INTERNET),
      by: [rule.address, way.address],
      limit: `by ${way.target}`,
    }));
}

function toOutside(asked: Pick<Asked, 'sender' | 'rule'>, name: string): Flow {
  return { ...flow(asked, { name, kind: 'outside' }), limit: 'not in the plan' };
}

function flow({ sender, rule }: Pick<Asked, 'sender' | 'rule'>, to: Party): Flow {
  return { from: sender.member.party, to, ports: showPorts(rule.ports), why: rule.description, by: [rule.address] };
}

/** The internet to load balancers, as their security groups say. */
function frontFlows(plan: Plan, rules: readonly Rule[], vpc: Vpc): Flow[] {
  const own = vpcRanges(plan);
  return rules.flatMap((rule) => {
    const { peer, group } = rule;
    if (rule.direction !== 'ingress' || peer.kind !== 'addresses' || !('resource' in group)) return [];
    if (own.some((range) => isWithin(peer.range, range))) return [];
    return vpc.members(group.resource).map((member): Flow => ({
      from: INTERNET,
      to: member.party,
      ports: showPorts(rule.ports),
      why: rule.description,
      by: [rule.address],
    }));
  });
}

/** Addresses that no security group and no route table closes (EC2 user guide: "Amazon-provided DNS", IMDS, Time Sync). */
function alwaysThere(plan: Plan, from: Party): Flow[] {
  const names = nameResolution(plan);
  const cloud = (name: string): Party => ({ name, kind: 'cloud' });
  return [
    { from, to: cloud("VPC's DNS resolver"), ports: 'udp 53, tcp 53', why: 'Names', by: names.by, limit: names.limit },
    {
      from,
      to: cloud('metadata service 169.254.169.254'),
      ports: 'tcp 80',
      why: 'Credentials of the role',
      by: [],
      limit: 'IMDSv2, one hop: no sandbox reaches it',
    },
    { from, to: cloud('time 169.254.169.123'), ports: 'udp 123', why: 'Clock', by: [] },
  ];
}

/** What a sender may do at a member, as its role and the endpoint's policy say. */
function limitOf(plan: Plan, identity: Identity | undefined, { endpoint, resource }: Member): string | undefined {
  if (identity === undefined) return undefined;
  const service = endpoint
    ? actionPrefix(endpoint.service)
    : EVENT_STORES.includes(resource.type)
      ? 'elasticache'
      : undefined;
  if (service === undefined) return undefined;
  const all = identity.permissions.flatMap(({ what }) => what.filter((action) => action.startsWith(`${service}:`)));
  const actions = all.length === 0 ? 'its role has no right there' : [...new Set(all)].join(', ');
  const isForOwn = endpoint !== undefined && policyOpenings(plan, endpoint).length === 0;
  return isForOwn ? `${actions}; credentials of this account only` : actions;
}

function closureOf(plan: Plan, { party, securityGroups, subnets }: Machines) {
  const tables = resourcesOf(resourcesOf(subnets).flatMap((subnet) => tablesOf(plan, subnet)));
  return {
    who: party,
    what: 'no other rule in its security group, no other route in its route tables',
    by: [...resourcesOf(securityGroups), ...tables].map(({ address }) => address),
  };
}

function membersIn(plan: Plan, vpc: Vpc, rules: readonly Rule[]): readonly Member[] {
  const all = resourcesOf(rules.map(({ group }) => group)).flatMap((group) => vpc.members(group));
  return [...new Map(all.map((member) => [member.resource.address, member])).values()];
}

function carries(vpc: Vpc, group: Target, { resource }: Member): boolean {
  return 'resource' in group && vpc.members(group.resource).some((one) => one.resource.address === resource.address);
}

/** Whether an ingress rule lets a sender in: by one of its groups, or by an address that may be its own. */
function admits(plan: Plan, { peer }: Rule, { groups }: Sender): boolean {
  if (peer.kind === 'group') return isAmong(peer.group, groups);
  if (peer.kind === 'prefix-list') return true;
  return vpcRanges(plan).some((range) => overlap(range, peer.range));
}

function vpcRanges(plan: Plan): readonly string[] {
  const vpcs = plan.of('aws_vpc', 'aws_vpc_ipv4_cidr_block_association');
  return vpcs.map(({ values }) => plan.text(values.cidr_block) ?? 'known after apply');
}

function isAmong(target: Target, resources: readonly Resource[]): boolean {
  return 'resource' in target && resources.some(({ address }) => address === target.resource.address);
}

import type { Plan, Resource, Target } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';
import { blocks } from './machines';

/** One permission of a security group. */
export interface Rule {
  /** The resource that holds it. */
  readonly address: string;
  readonly direction: 'ingress' | 'egress';
  readonly group: Target;
  readonly peer: Peer;
  readonly ports: Ports;
  readonly description: string;
}

/** Whom a rule lets in or out to. */
export type Peer =
  | { readonly kind: 'group'; readonly group: Target }
  | { readonly kind: 'addresses'; readonly range: string }
  | { readonly kind: 'prefix-list'; readonly list: Target };

export interface Ports {
  /** `tcp`, `udp`, or `all`. */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

const GROUPS = ['aws_security_group', 'aws_default_security_group'];
const PREFIX_LISTS = ['aws_vpc_endpoint', 'aws_ec2_managed_prefix_list', 'aws_prefix_list'];

/** Every rule of every security group, in whichever of the provider's three forms it is written. */
export function findRules(plan: Plan): readonly Rule[] {
  return [
    ...rulesOf(plan, 'aws_vpc_security_group_ingress_rule', 'ingress'),
    ...rulesOf(plan, 'aws_vpc_security_group_egress_rule', 'egress'),
    ...plan.of('aws_security_group_rule').flatMap((rule) => {
      const { values, address } = rule;
      const groups = plan.resolve(values.security_group_id, ...GROUPS);
      return groups.flatMap((group) => inlineRules(plan, address, group, values.type as Rule['direction'], values));
    }),
    ...plan
      .of(...GROUPS)
      .flatMap((group) =>
        (['ingress', 'egress'] as const).flatMap((direction) =>
          group.values[direction] instanceof Unknown
            ? [untoldRule(group, direction)]
            : blocks(group.values[direction]).flatMap((rule) =>
                inlineRules(plan, group.address, { resource: group }, direction, rule),
              ),
        ),
      ),
  ];
}

/** Rules that are known after apply only may be any. */
function untoldRule(group: Resource, direction: Rule['direction']): Rule {
  return {
    address: group.address,
    direction,
    group: { resource: group },
    peer: { kind: 'addresses', range: 'what is known after apply' },
    ports: ALL_PORTS,
    description: '',
  };
}

/** Every resource that carries a security group, whatever its type: whoever names the group, but for rules and for groups. */
export function findMembers(plan: Plan, group: Resource): readonly Resource[] {
  return plan.resources.filter(
    ({ type, values, mode, address }) =>
      mode === 'managed' &&
      address !== group.address &&
      !/^aws_(?:(?:vpc_)?security_group_(?:ingress_|egress_)?rule|security_group|default_security_group)$/.test(type) &&
      names(values, group),
  );
}

/** Whether anything in a resource's attributes names the group. */
function names(value: Value, group: Resource): boolean {
  if (value instanceof Unknown) {
    return value.references.some(
      (reference) => reference.startsWith(`${group.address}.`) || reference === group.address,
    );
  }
  if (Array.isArray(value)) return (value as Value[]).some((one) => names(one, group));
  if (typeof value === 'object' && value !== null) return Object.values(value).some((one) => names(one, group));
  return typeof value === 'string' && value === group.values.id;
}

const ALL_PORTS: Ports = { protocol: 'all', from: 0, to: 65535 };

/** Ports that both let through; undefined where there are none. */
export function commonPorts(one: Ports, other: Ports): Ports | undefined {
  if (one.protocol === 'all') return other;
  if (other.protocol === 'all') return one;
  if (one.protocol !== other.protocol) return undefined;
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from > to ? undefined : { protocol: one.protocol, from, to };
}

export function showPorts({ protocol, from, to }: Ports): string {
  if (protocol === 'all') return 'all';
  return from === to ? `${protocol} ${from}` : `${protocol} ${from}-${to}`;
}

function rulesOf(plan: Plan, type: string, direction: Rule['direction']): Rule[] {
  return plan.of(type).flatMap(({ address, values }) => {
    const peers: Peer[] = [
      ...plan
        .resolve(values.referenced_security_group_id, ...GROUPS)
        .map((group) => ({ kind: 'group' as const, group })),
      ...plan.resolve(values.prefix_list_id, ...PREFIX_LISTS).map((list) => ({ kind: 'prefix-list' as const, list })),
      ...ranges(plan, [values.cidr_ipv4, values.cidr_ipv6]),
    ];
    const ports = portsOf(values.ip_protocol, values.from_port, values.to_port);
    return plan
      .resolve(values.security_group_id, ...GROUPS)
      .flatMap((group) =>
        peers.map((peer): Rule => ({ address, direction, group, peer, ports, description: describe(values) })),
      );
  });
}

/** A rule inside of a group, or `aws_security_group_rule`: one entry for several peers. */
function inlineRules(
  plan: Plan,
  address: string,
  group: Target,
  direction: Rule['direction'],
  values: Readonly<Record<string, any>>,
): Rule[] {
  const groups = plan.resolve([values.security_groups, values.source_security_group_id], ...GROUPS);
  const peers: Peer[] = [
    ...(values.self === true ? [group, ...groups] : groups).map((peer) => ({ kind: 'group' as const, group: peer })),
    ...plan.resolve(values.prefix_list_ids, ...PREFIX_LISTS).map((list) => ({ kind: 'prefix-list' as const, list })),
    ...ranges(plan, [values.cidr_blocks, values.ipv6_cidr_blocks].flat()),
  ];
  const ports = portsOf(values.protocol, values.from_port, values.to_port);
  return peers.map((peer) => ({ address, direction, group, peer, ports, description: describe(values) }));
}

/** Address ranges; one that is known after apply only is given as it is written, which is no range and so may be any. */
function ranges(plan: Plan, values: readonly Value[]): Peer[] {
  return values
    .filter((value) => value !== undefined && value !== null && value !== '')
    .map((value) => ({
      kind: 'addresses' as const,
      range: typeof value === 'string' ? value : (plan.text(value) ?? 'known after apply'),
    }));
}

function portsOf(protocol: Value, from: Value, to: Value): Ports {
  if (typeof protocol !== 'string' || protocol === '-1' || protocol === 'all') return ALL_PORTS;
  const name = { '6': 'tcp', '17': 'udp' }[protocol] ?? protocol;
  return { protocol: name, from: typeof from === 'number' ? from : 0, to: typeof to === 'number' ? to : 65535 };
}

function describe({ description }: Readonly<Record<string, any>>): string {
  return typeof description === 'string' ? description : '';
}

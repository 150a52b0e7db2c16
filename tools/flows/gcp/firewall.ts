import { isWithin } from '../address-range';
import { resourcesOf, type Plan, type Resource } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';
import { blocks, isEmailOf, list, means, type Machines } from './machines';

/** One rule of the firewall, as it applies to machines. */
export interface FirewallRule {
  readonly address: string;
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly priority: number;
  readonly action: 'allow' | 'deny';
  /** Where to, or where from. As text where it is known after apply only. */
  readonly ranges: readonly Range[];
  readonly protocol: string;
  /** Empty: all. */
  readonly ports: readonly string[];
  readonly description: string;
  /** Whether it names these machines' account, rather than a tag or all of the network. */
  readonly namesAccount: boolean;
}

/** A range, and the value that it was read from. */
export interface Range {
  readonly text: string;
  readonly value: Value;
}

export const EVERYWHERE = '0.0.0.0/0';

/** The rules that apply to machines, in the order in which they are asked: the smaller priority first, refusals before permissions. */
export function rulesFor(plan: Plan, machines: Machines): readonly FirewallRule[] {
  return plan
    .of('google_compute_firewall')
    .filter(({ values }) => values.disabled !== true && isInNetwork(plan, values.network, machines))
    .flatMap((rule) => {
      const target = targetOf(plan, rule, machines);
      return target === undefined ? [] : entriesOf(plan, rule, target);
    })
    .sort((a, b) => a.priority - b.priority || Number(a.action === 'allow') - Number(b.action === 'allow'));
}

/** Those permissions that no refusal before them takes back whole. */
export function permitted(
  rules: readonly FirewallRule[],
  direction: FirewallRule['direction'],
): readonly FirewallRule[] {
  const asked = rules.filter((rule) => rule.direction === direction);
  return asked.filter(
    (rule, index) =>
      rule.action === 'allow' &&
      !asked.slice(0, index).some((before) => before.action === 'deny' && covers(before, rule)),
  );
}

/** Refusals of everything in one direction. */
export function refusalsOfAll(
  rules: readonly FirewallRule[],
  direction: FirewallRule['direction'],
): readonly FirewallRule[] {
  return rules.filter(
    (rule) =>
      rule.direction === direction &&
      rule.action === 'deny' &&
      rule.protocol === 'all' &&
      rule.ports.length === 0 &&
      rule.ranges.some(({ text }) => text === EVERYWHERE),
  );
}

export function showPorts({ protocol, ports }: FirewallRule): string {
  return ports.length === 0 ? protocol : ports.map((port) => `${protocol} ${port}`).join(', ');
}

/** Whether a refusal takes in all that a permission gives. */
function covers(refusal: FirewallRule, permission: FirewallRule): boolean {
  const isSameProtocol = refusal.protocol === 'all' || refusal.protocol === permission.protocol;
  return (
    isSameProtocol &&
    refusal.ports.length === 0 &&
    permission.ranges.every(({ text }) => refusal.ranges.some((range) => isWithin(text, range.text)))
  );
}

function entriesOf(plan: Plan, { address, values }: Resource, target: 'account' | 'other'): FirewallRule[] {
  const direction = (values.direction ?? 'INGRESS') as FirewallRule['direction'];
  const given = direction === 'EGRESS' ? values.destination_ranges : values.source_ranges;
  const sources = direction === 'INGRESS' ? [...list(values.source_tags), ...list(values.source_service_accounts)] : [];
  // A source that is no range may be anywhere; a rule that names neither is for everywhere.
  const named = [...list(given), ...sources].map((value) => ({ text: plan.text(value) ?? 'known after apply', value }));
  const ranges = named.length > 0 ? named : [{ text: EVERYWHERE, value: EVERYWHERE }];
  const isTold = TOLD.every((name) => !(values[name] instanceof Unknown));
  if (!isTold) return list(values.allow).length > 0 ? [untoldRule(address)] : [];
  return (['allow', 'deny'] as const).flatMap((action) =>
    blocks(values[action]).map((entry): FirewallRule => ({
      address,
      direction,
      priority: typeof values.priority === 'number' ? values.priority : 1000,
      action,
      ranges,
      protocol: String(entry.protocol).toLowerCase(),
      ports: list(entry.ports).map(String),
      description: typeof values.description === 'string' ? values.description : '',
      namesAccount: target === 'account',
    })),
  );
}

/** What must be known of a rule; where it is not, a permission may be any and a refusal none. */
const TOLD = ['direction', 'priority', 'disabled', 'allow', 'deny'];

function untoldRule(address: string): FirewallRule {
  const text = 'what is known after apply';
  const widest = { priority: 0, ranges: [{ text, value: text }], protocol: 'all', ports: [], namesAccount: false };
  return { ...widest, address, direction: 'EGRESS', action: 'allow', description: '' };
}

/** How a rule meets machines; undefined where it does not. What is not told may be meant for them. */
function targetOf(plan: Plan, { values }: Resource, { accounts, tags }: Machines): 'account' | 'other' | undefined {
  const targetAccounts = list(values.target_service_accounts);
  const targetTags = list(values.target_tags);
  if (targetAccounts.length > 0) {
    const own = resourcesOf(accounts);
    if (targetAccounts.some((account) => own.some((one) => means(plan, account, one) || isEmailOf(account, one))))
      return 'account';
    const targets = targetAccounts.flatMap((account) => plan.resolve(account, 'google_service_account'));
    return targets.some((target) => 'outside' in target && !/@/.test(target.outside)) ? 'other' : undefined;
  }
  if (targetTags.length > 0) {
    return targetTags.some((tag) => typeof tag !== 'string' || tags.includes(tag)) ? 'other' : undefined;
  }
  return 'other';
}

function isInNetwork(plan: Plan, network: Value, { networks }: Machines): boolean {
  const targets = plan.resolve(network, 'google_compute_network');
  const own = resourcesOf(networks);
  return targets.some(
    (target) =>
      !('resource' in target) || own.length === 0 || own.some(({ address }) => address === target.resource.address),
  );
}

import type { Opening } from '../flow';
import { resourcesOf, type Plan, type Resource } from '../../plan/plan';
import { means } from './machines';

/** Which names machines can have resolved. Security groups do not filter the VPC's own resolver; a DNS Firewall does. */
export interface NameResolution {
  readonly limit: string;
  readonly by: readonly string[];
  readonly openings: readonly Opening[];
  readonly remains: readonly string[];
}

/** Domains that AWS itself answers for: whoever asks for a name below them tells nobody else. */
const DOMAINS_OF_AWS = /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws|compute\.internal|ec2\.internal)\.?$/;
const ASSOCIATION = 'aws_route53_resolver_firewall_rule_group_association';

const ANY_NAME: NameResolution = {
  limit: 'any name',
  by: [],
  openings: [],
  remains: [
    "The VPC's resolver answers for every name: a runner that was taken over could tell a few bytes in the names it asks for. `DNS_FIREWALL=true` closes that. A sandbox has no network and asks for none.",
  ],
};

/** What the plan says of the resolver. A firewall that is there must close: one that lets others' names through is an opening. */
export function nameResolution(plan: Plan): NameResolution {
  const associations = plan.of(ASSOCIATION);
  if (associations.length === 0) return ANY_NAME;
  const guarded = plan.of('aws_vpc').every((vpc) => associations.some(({ values }) => means(plan, values.vpc_id, vpc)));
  const groups = resourcesOf(
    associations.flatMap(({ values }) =>
      plan.resolve(values.firewall_rule_group_id, 'aws_route53_resolver_firewall_rule_group'),
    ),
  );
  const read = groups.map((group) => readGroup(plan, group));
  const names = [...new Set(read.flatMap(({ allowed }) => allowed))];
  const openings = [
    ...(guarded
      ? []
      : [{ address: associations[0]!.address, problem: 'leaves a VPC out: names of any domain are resolved there' }]),
    ...(groups.length === 1
      ? []
      : [{ address: associations[0]!.address, problem: 'is one of several, or of a group that is not in the plan' }]),
    ...read.flatMap((one) => one.openings),
    ...plan
      .of('aws_route53_resolver_firewall_config')
      .filter(({ values }) => values.firewall_fail_open !== 'DISABLED' && values.firewall_fail_open !== undefined)
      .map(({ address }) => ({ address, problem: 'resolves every name while the firewall does not answer' })),
  ];
  const by = [...associations, ...groups].map(({ address }) => address);
  return { limit: openings.length === 0 ? names.sort().join(', ') : 'any name', by, openings, remains: [] };
}

/** The names that a group lets through before it blocks all. */
function readGroup(
  plan: Plan,
  group: Resource,
): { readonly allowed: readonly string[]; readonly openings: readonly Opening[] } {
  const rules = plan
    .of('aws_route53_resolver_firewall_rule')
    .filter(({ values }) => means(plan, values.firewall_rule_group_id, group))
    .sort((a, b) => Number(a.values.priority) - Number(b.values.priority));
  const allowed: string[] = [];
  const openings: Opening[] = [];
  for (const { address, values } of rules) {
    const domains = domainsOf(plan, values.firewall_domain_list_id);
    if (values.action === 'BLOCK') {
      if (domains.includes('*') && !values.q_type) return { allowed, openings };
      continue;
    }
    const others = domains.filter((domain) => !DOMAINS_OF_AWS.test(domain));
    allowed.push(...domains);
    openings.push(
      ...others.map((domain) => ({ address, problem: `lets names of ${domain} through, whose owner learns them` })),
    );
  }
  return { allowed, openings: [...openings, { address: group.address, problem: 'does not block every other name' }] };
}

function domainsOf(plan: Plan, value: unknown): readonly string[] {
  return plan.resolve(value, 'aws_route53_resolver_firewall_domain_list').flatMap((target) => {
    const domains = 'resource' in target ? [target.resource.values.domains as unknown].flat() : [];
    return domains.length === 0
      ? ['what is not told']
      : domains.map((domain) => plan.text(domain) ?? 'what is not told');
  });
}

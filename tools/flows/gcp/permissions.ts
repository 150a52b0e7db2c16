import type { Opening, Permission } from '../flow';
import { resourcesOf, type Plan, type Resource } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';
import { blocks, isEmailOf, type Machines } from './machines';

/**
 * All that a runner's account may be granted, by the type of the grant, and whether a condition must narrow it. Anything else is an
 * opening, however narrow: so is every role that an owner, an editor or an administrator has.
 */
const RUNNER_ROLES: readonly { readonly type: string; readonly role: string; readonly needsCondition: boolean }[] = [
  { type: 'google_storage_bucket_iam_member', role: 'roles/storage.objectViewer', needsCondition: true },
  { type: 'google_pubsub_subscription_iam_member', role: 'roles/pubsub.subscriber', needsCondition: false },
  { type: 'google_pubsub_topic_iam_member', role: 'roles/pubsub.publisher', needsCondition: false },
  { type: 'google_project_iam_member', role: 'roles/memorystore.dbConnectionUser', needsCondition: true },
  // Cloud Logging has no narrower place to grant it than the project, and no condition knows a log (docs/policy-exceptions.md).
  { type: 'google_project_iam_member', role: 'roles/logging.logWriter', needsCondition: false },
];

/** A condition that names what it leaves: by whole names, or by the beginning of one. */
const NAMED = /^resource\.name(?: == "[^"*]+"|\.startsWith\("[^"*]+\/[^"*]+"\))$/;

/** What else may name an account, and gives it nothing. */
const HARMLESS =
  /^google_(?:compute_(?:region_)?instance_template|compute_firewall|service_account|logging_project_sink|compute_instance|logging_project_bucket_config)$/;

/** What the account of machines is granted. What is wrong with it counts for runners only. */
export function readIdentity(plan: Plan, machines: Machines) {
  const accounts = resourcesOf(machines.accounts);
  const naming = plan.resources.filter(
    ({ type, values, mode }) =>
      mode === 'managed' && !HARMLESS.test(type) && accounts.some((account) => names(values, account)),
  );
  const permissions = naming.map(({ address, values, type }): Permission => ({
    who: machines.party,
    what: [typeof values.role === 'string' ? values.role : type],
    on: [targetOf(plan, values)],
    condition: conditionOf(plan, values),
    by: address,
  }));
  return {
    permissions,
    openings: [
      ...naming.flatMap((grant) => grantOpenings(plan, grant)),
      ...everybodysGrants(plan),
      ...unreadGrants(plan),
    ],
  };
}

function grantOpenings(plan: Plan, { address, type, values }: Resource): Opening[] {
  const allowed = RUNNER_ROLES.find((one) => one.type === type && one.role === values.role);
  if (allowed === undefined)
    return [{ address, problem: `grants runners ${String(values.role ?? type)}, which no runner needs` }];
  if (!allowed.needsCondition) return [];
  const condition = conditionOf(plan, values);
  const parts = condition?.split(' || ') ?? [];
  return parts.length > 0 && parts.every((part) => NAMED.test(part))
    ? []
    : [{ address, problem: `grants runners ${allowed.role} without a condition that names what it is for` }];
}

/** Grants to all the world are the runners' too. */
function everybodysGrants(plan: Plan): Opening[] {
  return plan.resources
    .filter(({ type }) => /_iam_(?:member|binding|policy)$/.test(type))
    .filter(({ values }) =>
      /\ball(?:Authenticated)?Users\b/.test(JSON.stringify([values.member, values.members, values.policy_data])),
    )
    .map(({ address }) => ({ address, problem: 'grants everybody something' }));
}

/** An account of Google's own, whatever the project's number is. */
const SERVICE_AGENT = /@gcp-sa-[a-z-]+\.iam\.gserviceaccount\.com$/;

/** Who is granted something is known after apply only: it may be runners. */
function unreadGrants(plan: Plan): Opening[] {
  const isUnread = (value: Value): boolean =>
    value instanceof Unknown &&
    !SERVICE_AGENT.test(plan.text(value) ?? '') &&
    plan.resolve(value).some((one) => 'outside' in one || one.resource.type !== 'google_service_account');
  return plan.resources
    .filter(({ type, mode }) => mode === 'managed' && /_iam_(?:member|binding|policy)$/.test(type))
    .filter(({ values }) => [values.policy_data, values.member, values.members].flat().some((value) => isUnread(value)))
    .map(({ address }) => ({ address, problem: 'grants somebody something, which cannot be read before apply' }));
}

function conditionOf(plan: Plan, values: Resource['values']): string | undefined {
  const [condition, ...others] = blocks(values.condition);
  return condition === undefined || others.length > 0 ? undefined : plan.text(condition.expression);
}

const TARGETS = ['bucket', 'subscription', 'topic', 'secret_id', 'service_account_id', 'folder', 'org_id', 'project'];

/** What a grant is on. */
function targetOf(plan: Plan, values: Resource['values']): string {
  const name = TARGETS.find((target) => values[target] !== undefined && values[target] !== null);
  if (name === undefined) return 'not told';
  const [resource] = resourcesOf(plan.resolve(values[name]));
  return `${name.replace(/_id$/, '')} ${resource?.address ?? plan.text(values[name]) ?? ''}`.trim();
}

/** Whether anything in a resource's attributes names the account. */
function names(value: Value, account: Resource): boolean {
  if (value instanceof Unknown) return value.references.includes(account.address);
  if (Array.isArray(value)) return (value as Value[]).some((one) => names(one, account));
  if (typeof value === 'object' && value !== null) return Object.values(value).some((one) => names(one, account));
  return isEmailOf(value, account);
}

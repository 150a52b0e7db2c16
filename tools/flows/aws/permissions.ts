import type { Opening, Party, Permission } from '../flow';
import type { Plan, Resource } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';
import { blocks, means, type Machines } from './machines';
import { readPolicy, showConditions, type Statement } from './policy';

/**
 * All that a runner may be allowed: to take jobs and be done with them, to put dead letters aside, to read its programs, to write its
 * journal and its metrics, to reach the event store, to speak for its machine. Anything else is an opening, however narrow.
 */
const RUNNER_ACTIONS: ReadonlySet<string> = new Set([
  ...['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
  'sqs:SendMessage',
  ...['s3:GetObject', 's3:GetObjectVersion', 'kms:Decrypt', 'kms:GenerateDataKey'],
  ...['logs:CreateLogStream', 'logs:PutLogEvents', 'cloudwatch:PutMetricData', 'elasticache:Connect'],
  ...['autoscaling:SetInstanceProtection', 'autoscaling:RecordLifecycleActionHeartbeat'],
  'autoscaling:CompleteLifecycleAction',
]);

/**
 * Actions that take no resource, and the condition that narrows them (Service Authorization Reference, "Actions, resources, and
 * condition keys for Amazon CloudWatch"): the only ones that `*` may be given for.
 */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = { 'cloudwatch:PutMetricData': 'cloudwatch:namespace' };

/** Parts of an ARN that nobody knows beforehand, below a name that is given whole, and the condition that must narrow it besides. */
const UNKNOWABLE: readonly { readonly service: string; readonly arn: RegExp; readonly key?: string }[] = [
  // A log stream is named after its machine.
  { service: 'logs', arn: /^(?:\$\{aws_cloudwatch_log_group\.[^}]*\.arn\}|arn:[^*]*:log-group:[^*:]+):\*$/ },
  // A group has an id of AWS's choosing, which exists only after the role of its machines.
  { service: 'autoscaling', arn: /^arn:[^*]*:autoScalingGroup:\*:autoScalingGroupName\/[^*?]+$/ },
  // Programs of older and newer templates, each named by its SHA-256: machines of both are there while a group rolls, or is rolled back.
  {
    service: 's3',
    arn: /^arn:[^*]*:s3:::[^*/]*-bootstrap-[^*/]*\/(?:gateway|host-agent|images|runner|user-api)\/\*$/,
    key: 's3:ResourceAccount',
  },
];

/** What the identity of machines may do. */
export interface Identity {
  readonly permissions: readonly Permission[];
  readonly openings: readonly Opening[];
  /** Services of which an action is allowed, as actions begin. */
  readonly services: ReadonlySet<string>;
}

/** Reads every policy of the machines' role. What is wrong with it counts for runners only. */
export function readIdentity(plan: Plan, machines: Machines): Identity {
  const { party, resource } = machines;
  const roles = rolesOf(plan, machines);
  if (roles.length === 0) {
    return {
      permissions: [],
      services: new Set(),
      openings: [{ address: resource.address, problem: 'its role is not in the plan' }],
    };
  }
  const holders = roles.flatMap((role) => policiesOf(plan, role));
  const granted = holders.flatMap(({ address, policy }) => {
    const statements = readPolicy(plan, policy);
    return statements === undefined
      ? []
      : statements.filter(({ effect }) => effect === 'Allow').map((statement) => ({ address, statement }));
  });
  const openings = [
    ...holders
      .filter(({ policy }) => readPolicy(plan, policy) === undefined)
      .map(({ address }) => ({ address, problem: 'grants what cannot be read in the plan' })),
    ...granted.flatMap(({ address, statement }) => problemsOf(statement).map((problem) => ({ address, problem }))),
    ...roles.flatMap((role) => strangersThatName(plan, role)),
  ];
  return {
    permissions: granted.map(({ address, statement }) => toPermission(party, address, statement)),
    openings,
    services: new Set(granted.flatMap(({ statement }) => statement.actions.map((action) => action.split(':')[0]!))),
  };
}

function problemsOf(statement: Statement): string[] {
  const { sid, actions, resources } = statement;
  const wild = resources.filter((resource) => /[*?]/.test(resource.replace(/\$\{[^}]*\}/g, '')));
  return [
    ...actions
      .filter((action) => !RUNNER_ACTIONS.has(action))
      .map((action) => `${sid} allows ${action}, which no runner needs`),
    ...wild.filter((resource) => !mayBeWild(statement, resource)).map((resource) => `${sid} is for ${resource}`),
  ];
}

function mayBeWild({ actions, conditions }: Statement, resource: string): boolean {
  const keys = new Set(Object.values(conditions).flatMap((condition) => Object.keys(condition)));
  if (resource === '*') return actions.every((action) => keys.has(WITHOUT_RESOURCE[action] ?? ''));
  return actions.every((action) =>
    UNKNOWABLE.some(({ service, arn, key }) => {
      return action.startsWith(`${service}:`) && arn.test(resource) && (key === undefined || keys.has(key));
    }),
  );
}

function rolesOf(plan: Plan, { profiles }: Machines): readonly Resource[] {
  return profiles
    .flatMap((profile) => ('resource' in profile ? plan.resolve(profile.resource.values.role, 'aws_iam_role') : []))
    .flatMap((role) => ('resource' in role ? [role.resource] : []));
}

/** Everything that gives a role rights: policies written into it, and those that others wrote. */
function policiesOf(plan: Plan, role: Resource): readonly { readonly address: string; readonly policy: Value }[] {
  const inline = plan.of('aws_iam_role_policy').filter(({ values }) => means(plan, values.role, role));
  const attached = [
    ...plan.of('aws_iam_role_policy_attachment').filter(({ values }) => means(plan, values.role, role)),
    ...plan.of('aws_iam_policy_attachment').filter(({ values }) => means(plan, values.roles, role)),
  ].map(({ address, values }) => ({ address, arn: values.policy_arn as Value }));
  const { managed_policy_arns: managed, inline_policy: written } = role.values;
  const arns = [...attached, ...[managed ?? []].flat().map((arn) => ({ address: role.address, arn: arn as Value }))];
  return [
    ...inline.map(({ address, values }) => ({ address, policy: values.policy as Value })),
    ...blocks(written)
      .filter(({ policy }) => policy)
      .map(({ policy }) => ({ address: role.address, policy: policy as Value })),
    ...arns.flatMap(({ address, arn }) =>
      plan.resolve(arn, 'aws_iam_policy').map((target) => ({
        address,
        policy: 'resource' in target ? (target.resource.values.policy as Value) : undefined,
      })),
    ),
  ];
}

const READ = [
  ...['aws_iam_instance_profile', 'aws_iam_role_policy', 'aws_iam_role_policy_attachment', 'aws_iam_policy_attachment'],
];

/** Others that name the role may let it in by a policy of their own: a bucket, a key, a role that trusts it. */
function strangersThatName(plan: Plan, role: Resource): Opening[] {
  return plan.resources
    .filter(({ type, address, mode }) => mode === 'managed' && address !== role.address && !READ.includes(type))
    .filter(({ values }) => names(values, role))
    .map(({ address }) => ({ address, problem: `names ${role.address}, and may let it in by a policy of its own` }));
}

function names(value: Value, role: Resource): boolean {
  if (value instanceof Unknown) return value.references.includes(role.address);
  if (Array.isArray(value)) return (value as Value[]).some((one) => names(one, role));
  if (typeof value === 'object' && value !== null) return Object.values(value).some((one) => names(one, role));
  return typeof value === 'string' && typeof role.values.arn === 'string' && value.includes(role.values.arn);
}

function toPermission(who: Party, by: string, statement: Statement): Permission {
  return { who, what: statement.actions, on: statement.resources, condition: showConditions(statement), by };
}

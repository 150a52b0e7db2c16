import type { PlannedResource } from '../planned-stack';
import type { Breach } from './rule';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** Policies that hold who may do what; a trust, key or bucket policy names its own resource and is scanned by Checkov. */
const IDENTITY_POLICIES = ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_policy'];
const OTHER_GRANTS = [
  'aws_iam_role_policy_attachment',
  'aws_iam_policy_attachment',
  'aws_iam_user',
  'aws_iam_access_key',
];
/** Longest part of an ARN that must be free of wildcards: arn:partition:service:region:account:resource. */
const ARN = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:(?<resource>.+)$/;

/** Actions are named one by one, and resources too: a wildcard that covers all of a kind needs a condition. */
export function wildcardsInPolicies(resources: readonly PlannedResource[]): Breach[] {
  const policies = resources.filter(({ type }) => IDENTITY_POLICIES.includes(type));
  if (policies.length === 0) return [{ address: 'aws_iam_role_policy', problem: 'is not in the stack' }];
  return [
    ...policies.flatMap(({ address, written }) =>
      problemsOf(written.policy as string).map((problem) => ({ address, problem })),
    ),
    ...resources
      .filter(({ type }) => OTHER_GRANTS.includes(type))
      .map(({ address }) => ({ address, problem: "grants what somebody else's policy says" })),
  ];
}

function problemsOf(policy: string): string[] {
  const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
  return statements.flatMap(({ Sid = 'a statement', Effect, Action, Resource, Condition }) => {
    if (Effect !== 'Allow') return [];
    const actions = [Action ?? '*'].flat();
    const targets = [Resource ?? '*'].flat();
    return [
      ...actions.filter((action) => action.includes('*')).map((action) => `${Sid} allows ${action}`),
      ...(Condition === undefined || Object.keys(Condition).length === 0 ? targets.filter(coversAllOfAKind) : []).map(
        (target) => `${Sid} is for ${target}, without a condition`,
      ),
    ];
  });
}

function coversAllOfAKind(target: string): boolean {
  if (target === '*') return true;
  const { resource } = ARN.exec(target.replace(/\$\{[^}]*\}/g, 'x'))?.groups ?? {};
  return resource !== undefined && /^(?:[a-z-]+[/:])?\*$/.test(resource);
}

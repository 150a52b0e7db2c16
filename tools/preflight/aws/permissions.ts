import { failed, ok, CheckSkipped, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import { some } from '../some';
import type { Stack } from '../../plan/synthesized';
import { isRoot, type AwsAccount } from './account';
import { ACTIONS_OF_DATA, ACTIONS_OF_TYPE } from '../../plan/resource-types/aws';
import { principalArn } from './principal';
import { simulate, type Decision } from './simulate';

/** What a stack asks of IAM, and the types of which that is not known. */
export function actionsOf({ resources, data }: Stack): { readonly actions: string[]; readonly unknown: string[] } {
  const actions = new Set<string>();
  const unknown = new Set<string>();
  const add = (
    types: readonly { readonly type: string }[],
    known: Readonly<Record<string, readonly string[]>>,
  ): void => {
    for (const { type } of types) {
      if (known[type] === undefined) unknown.add(type);
      else known[type].forEach((action) => actions.add(action));
    }
  };
  add(resources, ACTIONS_OF_TYPE);
  add(data, ACTIONS_OF_DATA);
  return { actions: [...actions].sort(), unknown: [...unknown].sort() };
}

/** Whether the credentials may make what the stack is made of. */
export async function permissions(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const { actions, unknown } = actionsOf(await account.stack);
  const notKnown =
    unknown.length === 0
      ? []
      : [warning(`not known what these need: ${unknown.join(', ')}`, 'add them to tools/plan/resource-types/aws.ts')];
  if (isRoot(account.identity)) return [ok(`the root user may do all ${actions.length} actions`), ...notKnown];
  const principal = await principalArn(account, signal);
  let decisions: ReadonlyMap<string, Decision>;
  try {
    decisions = await simulate(account, principal, actions, signal, [
      { ContextKeyName: 'iam:PassedToService', ContextKeyType: 'string', ContextKeyValues: ['ec2.amazonaws.com'] },
    ]);
  } catch (error) {
    throw new CheckSkipped(
      `the policies cannot be simulated: ${wordsOf(error)}`,
      `allow iam:SimulatePrincipalPolicy on ${principal}, or try the ${actions.length} actions by deploying`,
    );
  }
  const those = (...wanted: Decision[]): string[] =>
    actions.filter((action) => wanted.includes(decisions.get(action) ?? 'denied'));
  const findings: Finding[] = [];
  const refused: readonly (readonly [Decision, string])[] = [
    ['denied', `allow them in a policy of ${principal}`],
    ['denied by the boundary', `the permissions boundary of ${principal} must allow them`],
    ['denied by the organization', 'the service control policies of the organization must allow them'],
  ];
  for (const [decision, fix] of refused) {
    const found = those(decision);
    if (found.length === 0) continue;
    findings.push({
      ...failed(`${found.length} of ${actions.length} actions ${decision}: ${some(found)}`, fix),
      details: found,
    });
  }
  const conditional = those('conditional');
  if (conditional.length > 0) {
    const what = `${conditional.length} of ${actions.length} actions depend on conditions that cannot be simulated: ${some(conditional)}`;
    findings.push({
      ...warning(what, `look at the conditions in the policies of ${principal}`),
      details: conditional,
    });
  }
  if (findings.length === 0) findings.push(ok(`all ${actions.length} actions are allowed to ${principal}`));
  return [...findings, ...notKnown];
}

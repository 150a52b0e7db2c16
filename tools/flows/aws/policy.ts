import type { Plan } from '../../plan/plan';
import { isObject, type Value } from '../../plan/unknown';

/** One statement of a policy, its lists made lists. */
export interface Statement {
  readonly sid: string;
  readonly effect: string;
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator -> condition key -> values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * The statements of a policy, references in its texts as they are written; undefined where it is not told before apply or is no policy.
 * What a statement says by exception (`NotAction`, `NotResource`, `NotPrincipal`) counts as everything.
 */
export function readPolicy(plan: Plan, value: Value): readonly Statement[] | undefined {
  const text = plan.text(value);
  if (text === undefined) return undefined;
  try {
    const document = JSON.parse(text) as unknown;
    if (!isObject(document) || document.Statement === undefined) return undefined;
    return [document.Statement].flat().map(toStatement);
  } catch {
    return undefined;
  }
}

/** Conditions in words: `StringEquals aws:PrincipalAccount = 123`. */
export function showConditions({ conditions }: Statement): string | undefined {
  const all = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${operator} ${key} = ${values.join(', ')}`),
  );
  return all.length === 0 ? undefined : all.join('; ');
}

function toStatement(value: unknown): Statement {
  const statement = value as Readonly<Record<string, unknown>>;
  const { Principal: principal } = statement;
  return {
    sid: typeof statement.Sid === 'string' ? statement.Sid : 'a statement',
    effect: String(statement.Effect),
    principals:
      statement.NotPrincipal !== undefined
        ? ['*']
        : isObject(principal)
          ? strings(Object.values(principal).flat())
          : strings(principal),
    actions: statement.Action === undefined ? ['*'] : strings(statement.Action),
    resources: statement.Resource === undefined ? ['*'] : strings(statement.Resource),
    conditions: isObject(statement.Condition)
      ? Object.fromEntries(
          Object.entries(statement.Condition).map(([operator, keys]) => [
            operator,
            Object.fromEntries(
              Object.entries(isObject(keys) ? keys : {}).map(([key, values]) => [key, strings(values)]),
            ),
          ]),
        )
      : {},
  };
}

function strings(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

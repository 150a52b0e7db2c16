import type { Value } from '../../kit/clouds/google-provider/dynamic-value';
import type { BlockSchema, Constraint, ObjectSchema, ValueRule } from '../../kit/clouds/google-provider/provider-data';
import { brokenRule } from '../../kit/clouds/google-provider/value-rules';

/** Texts of which each pattern, list and named function of the provider refuses one. */
const ODD_TEXTS = [
  '',
  '!',
  ' ',
  '-',
  '_a',
  'A B',
  '{',
  '1',
  'gcp-x',
  'ü',
  'x'.repeat(5000),
  '999999999999999999',
  'a.b',
];

/** A value that a rule refuses; undefined when none of {@link ODD_TEXTS} is one. */
export function refusedValue(rule: ValueRule, argument: string): Value | undefined {
  const numbers = [rule.min, rule.max].flatMap((bound) => (typeof bound === 'number' ? [bound - 1, bound + 1] : []));
  const candidates: Value[] = [...numbers, ...ODD_TEXTS];
  return candidates.find((value) => brokenRule(rule, value, argument) !== undefined);
}

/** A configuration that holds `value` at a constraint's path, and nothing else. Each block on the way is there once. */
export function configWith(schema: ObjectSchema, path: string, value: Value): Record<string, Value> {
  const isElement = path.endsWith('[]');
  const names = path.replace(/\[\]$/, '').split('.');
  const build = (block: BlockSchema | undefined, [name = '', ...rest]: readonly string[]): Record<string, Value> => {
    if (rest.length === 0) return { [name]: isElement || isCollection(block, name) ? [value] : value };
    return { [name]: [build(block?.block_types?.[name]?.block, rest)] };
  };
  return build(schema.block, names);
}

/** The same with all of some indexed paths (`a.0.b`) set too. */
export function withPaths(
  config: Record<string, Value>,
  paths: readonly string[],
  value: Value,
): Record<string, Value> {
  const copy = structuredClone(config) as Record<string, any>;
  for (const path of paths) {
    const steps = path.split('.');
    let place: any = copy;
    steps.forEach((step, depth) => {
      if (depth === steps.length - 1) place[step] ??= value;
      else place = place[step] ??= /^\d+$/.test(steps[depth + 1]!) ? [] : {};
    });
  }
  return copy;
}

/** Whether an argument holds several values: a list or a set, of values or of blocks. */
function isCollection(block: BlockSchema | undefined, name: string): boolean {
  const type = block?.attributes?.[name]?.type;
  return block?.block_types?.[name] !== undefined || (Array.isArray(type) && type[0] !== 'map' && type[0] !== 'object');
}

/** The block that holds a constraint's argument, so that nothing of a relation is given but the block itself. */
export function emptyParent(path: string): Record<string, Value> {
  const parents = path.split('.').slice(0, -1);
  if (parents.length === 0) return {};
  const [last = '', ...before] = [...parents].reverse();
  const inner: Value = [{}];
  return before.reduce<Record<string, Value>>((config, name) => ({ [name]: [config] }), { [last]: inner });
}

/** Name of an argument without the blocks that it is in. */
export const argumentOf = ({ path }: Constraint) => path.replace(/\[\]$/, '').split('.').at(-1)!;

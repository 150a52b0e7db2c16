import type { PathStep } from './diagnostic';
import { holdsUnknown, isList, isObject, sameValue, type Value } from './dynamic-value';
import type { BlockSchema, Constraint } from './provider-data';

/** Paths of arguments whose change the cloud cannot apply to what is there. Those inside a set end at the set: its elements have no place. */
export function replacedPaths(
  constraints: readonly Constraint[],
  block: BlockSchema,
  prior: Value,
  planned: Value,
): readonly (readonly PathStep[])[] {
  if (!isObject(prior) || !isObject(planned)) return [];
  const found = constraints
    .filter(({ force_new, path }) => force_new === true && path !== '')
    .flatMap(({ path }) => changedAt(path.split('.'), block, prior, planned, []));
  return [...new Map(found.map((path) => [path.join('.'), path])).values()];
}

function changedAt(
  names: readonly string[],
  block: BlockSchema,
  prior: Value,
  planned: Value,
  place: readonly PathStep[],
): (readonly PathStep[])[] {
  const [name = '', ...rest] = names;
  const before = (isObject(prior) ? prior[name] : undefined) ?? null;
  const after = (isObject(planned) ? planned[name] : undefined) ?? null;
  const here = [...place, name];
  const nested = block.block_types?.[name];
  if (rest.length === 0 || nested === undefined) return changed(before, after) ? [here] : [];
  const befores = listOf(before);
  const afters = listOf(after);
  if (nested.nesting_mode === 'set') {
    // Elements are told apart by all they hold: one that differs in what forces a new object is another one.
    const values = (list: readonly Value[]) => list.map((element) => JSON.stringify(innerValue(element, rest))).sort();
    const same = JSON.stringify(values(befores)) === JSON.stringify(values(afters));
    return same ? [] : [here];
  }
  const count = Math.max(befores.length, afters.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    index < befores.length && index < afters.length
      ? changedAt(rest, nested.block, befores[index] ?? null, afters[index] ?? null, [...here, index])
      : innerValue(befores[index] ?? afters[index] ?? null, rest) === null
        ? []
        : [here],
  );
}

const listOf = (value: Value): readonly Value[] => (isList(value) ? value : value === null ? [] : [value]);

function innerValue(value: Value, names: readonly string[]): Value {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  if (isList(value)) return value.map((element) => innerValue(element, names));
  return isObject(value) ? innerValue(value[name] ?? null, rest) : null;
}

/** To SDKv2 no value, an empty string, a zero, a false and an empty list are one. */
function changed(before: Value, after: Value): boolean {
  if (holdsUnknown(after)) return true;
  return !sameValue(before, after) && !(isZero(before) && isZero(after));
}

const isZero = (value: Value) =>
  value === null || value === '' || value === 0 || value === false || (isList(value) && value.length === 0);

import type { PathStep } from './diagnostic';
import { Unknown, isList, isObject, type Value } from './dynamic-value';

/** A value in a configuration, and where it is. */
export interface Placed {
  readonly path: readonly PathStep[];
  readonly value: Value;
}

/**
 * Every value at a constraint's path (`a.b.c`, without indexes; `a.b[]` for the elements of b): one for each block on the way.
 * Absent attributes are null; there is none below a block that is absent or unknown.
 */
export function valuesAt(root: Value, constraintPath: string): Placed[] {
  const elements = constraintPath.endsWith('[]');
  const names = constraintPath.replace(/\[\]$/, '').split('.');
  let placed: Placed[] = [{ path: [], value: root }];
  names.forEach((name, depth) => {
    const parents = depth === 0 ? placed : placed.flatMap(elementsOf);
    placed = parents
      .filter(({ value }) => isObject(value))
      .map(({ path, value }) => ({ path: [...path, name], value: isObject(value) ? (value[name] ?? null) : null }));
  });
  return elements ? placed.flatMap(elementsOf) : placed;
}

/** The elements of a list; any other value is its own only element. */
export function elementsOf({ path, value }: Placed): Placed[] {
  return isList(value)
    ? value.map((element, index) => ({ path: [...path, index], value: element }))
    : [{ path, value }];
}

/** Whether an argument that a relation names (`a.0.b`: with indexes) is there. A false, a zero and an empty string are. */
export function presence(root: Value, indexedPath: string): 'set' | 'unknown' | 'absent' {
  let value: Value | undefined = root;
  for (const step of indexedPath.split('.')) {
    if (value instanceof Unknown) return 'unknown';
    if (isList(value)) value = /^\d+$/.test(step) ? value[Number(step)] : undefined;
    else value = isObject(value) ? value[step] : undefined;
  }
  if (value instanceof Unknown) return 'unknown';
  return value === null || value === undefined || isEmptyBlockList(value) ? 'absent' : 'set';
}

/** A block that is not there is an empty list; so is an attribute set to one, which the provider cannot tell from an absent one later. */
function isEmptyBlockList(value: Value): boolean {
  return isList(value) && value.length === 0;
}

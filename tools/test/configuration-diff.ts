/** Characters of a value that are shown. */
const SHOWN_CHARACTERS = 100;

/**
 * Compares two trees of JSON values. The order of lists and the text of strings count; that of an object's keys does not.
 *
 * @returns one line for each value that differs, with its path
 */
export function configurationDiff(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => configurationDiff(before[key], after[key], [...path, key]));
  }
  const [was, is] = [textOf(before), textOf(after)];
  if (was === is) return [];
  const where = path.join(' ');
  if (before === undefined) return [`${where}: added`];
  if (after === undefined) return [`${where}: removed`];
  const from = Math.max(0, firstDifference(was, is) - SHOWN_CHARACTERS / 4);
  return [`${where}: ${excerpt(was, from)} is now ${excerpt(is, from)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function firstDifference(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index += 1;
  return index;
}

function excerpt(text: string, from: number): string {
  const end = from + SHOWN_CHARACTERS;
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}`;
}

import type { ResourceGroup } from './shown';

/** `1 alarm`, `2 alarms`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `3 to 6`, or `3` where it is one number; a question mark for what only the deployer knows. */
export function range(from: number | undefined, to: number | undefined): string {
  return from === to ? String(from ?? '?') : `${from ?? '?'} to ${to ?? '?'}`;
}

/** `2 hours`. */
export function duration(seconds: number): string {
  if (seconds % 86_400 === 0) return counted(seconds / 86_400, 'day');
  return seconds % 3600 === 0 ? counted(seconds / 3600, 'hour') : `${seconds} s`;
}

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Each name with how often it is there. */
export function timesEach(names: readonly string[]): string[] {
  return [...new Set(names)].sort().map((name) => `${names.filter((other) => other === name).length} × ${name}`);
}

/** A host name as a reader knows it: `api.<domain>`. */
export function hostName(name: unknown): string {
  return String(name)
    .replace(/\$\{var\.(\w+)\}/g, '<$1>')
    .replace(/\.$/, '');
}

/** The value of an environment variable in the boot script of machines. */
export function bootVariable(group: ResourceGroup, name: string): string | undefined {
  for (const { text } of group.resources) {
    // The script is JSON in a script in JSON.
    const [, value] = new RegExp(`${name}\\\\*":\\\\*"([^"\\\\]*)`).exec(text) ?? [];
    if (value !== undefined) return value;
  }
  return undefined;
}

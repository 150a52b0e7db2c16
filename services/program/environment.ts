/** Environment variables as a process has them. An empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is missing or cannot be used. */
export class SettingError extends Error {
  constructor(name: string, value: string | undefined, fix: string) {
    super(value === undefined ? `${name}: is not set; ${fix}` : `${name}: ${JSON.stringify(value)} ${fix}`);
    this.name = 'SettingError';
  }
}

/** @returns undefined where it is absent */
export function text(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined;
}

/**
 * @param meaning what it is, for whoever forgot it
 * @throws SettingError where it is absent
 */
export function required(environment: Environment, name: string, meaning: string): string {
  const value = text(environment, name);
  if (value === undefined) throw new SettingError(name, undefined, `it is ${meaning}`);
  return value;
}

/** @throws SettingError unless it is a whole number from `minimum` to `maximum`, or absent */
export function wholeNumber<D extends number | undefined>(
  environment: Environment,
  name: string,
  { minimum, maximum, fallback }: { readonly minimum: number; readonly maximum: number; readonly fallback: D },
): number | D {
  const value = text(environment, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
  throw new SettingError(name, value, `must be a whole number from ${minimum} to ${maximum}`);
}

/** @throws SettingError unless it is one of them, or absent */
export function choice<T extends string>(
  environment: Environment,
  name: string,
  allowed: readonly T[],
  fallback: T,
): T {
  const value = text(environment, name) ?? fallback;
  if (allowed.includes(value as T)) return value as T;
  throw new SettingError(name, value, `must be one of ${allowed.join(', ')}`);
}

/** @throws SettingError unless it is `true`, `false` or absent */
export function flag(environment: Environment, name: string, fallback: boolean): boolean {
  return choice(environment, name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
}

/** Values with commas between them. */
export function list(environment: Environment, name: string): readonly string[] {
  const values = (text(environment, name) ?? '').split(',').map((value) => value.trim());
  return values.filter((value) => value !== '');
}

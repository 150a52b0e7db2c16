import type { Setting, SettingTable, ValuesOf } from '../../contracts/setting';

/** Environment variables as a process has them. An empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is missing or cannot be used. */
export class SettingError extends Error {
  constructor(name: string, value: string | undefined, fix: string) {
    super(value === undefined ? `${name}: is not set; ${fix}` : `${name}: ${JSON.stringify(value)} ${fix}`);
    this.name = 'SettingError';
  }
}

/**
 * Reads a program's settings from its environment.
 *
 * @throws SettingError naming the variable that is missing, or its value and what it may be
 */
export function readSettings<S extends SettingTable>(table: S, environment: Environment): ValuesOf<S> {
  const values = Object.entries(table).map(([key, setting]) => [key, readSetting(setting, environment)]);
  return Object.fromEntries(values) as ValuesOf<S>;
}

/** Reads one setting. @throws SettingError as {@link readSettings} */
export function readSetting<T>(setting: Setting<T>, environment: Environment): T {
  const { name, allowed, isRequired } = setting;
  const text = environment[name] || undefined;
  if (text === undefined) {
    if (isRequired) throw missingSetting(setting);
    return setting.default;
  }
  const value = setting.parse(text);
  if (value === undefined) throw new SettingError(name, text, `must be ${allowed}`);
  return value;
}

/** The error of a setting that is needed and not set. */
export function missingSetting({ name, doc }: Pick<Setting<unknown>, 'name' | 'doc'>): SettingError {
  return new SettingError(name, undefined, `it is required: ${doc}`);
}

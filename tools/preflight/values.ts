import type { Settings } from '../../stacks/settings';
import { wrongUsage } from '../failure';
import { CheckSkipped } from './check';

/** Values of the stack's Terraform variables, as far as they are given: an option wins over the environment, and that over a setting. */
export type Values = Readonly<Record<string, string>>;

/** @throws Failure when an option is no `name=value` */
export function readValues(
  settings: Settings,
  options: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Values {
  const fromEnvironment = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('TF_VAR_') && value !== undefined ? [[name.slice('TF_VAR_'.length), value]] : [],
  );
  const fromOptions = options.map((option) => {
    const at = option.indexOf('=');
    if (at < 1) throw wrongUsage(`--var: ${JSON.stringify(option)} must be name=value, such as domain=example.com`);
    return [option.slice(0, at), option.slice(at + 1)];
  });
  return {
    ...settings.variableDefaults,
    ...(Object.fromEntries([...fromEnvironment, ...fromOptions]) as Record<string, string>),
  };
}

/** A value without which a check has nothing to look at. */
export function needed(values: Values, name: string): string {
  const value = values[name];
  if (value === undefined || value === '') throw new CheckSkipped(`${name} is not given`, `--var ${name}=...`);
  return value;
}

/** A value that is a list, as Terraform takes it: `["a","b"]`. */
export function listOf(values: Values, name: string): string[] {
  const text = needed(values, name);
  const items: unknown = parsed(text);
  if (!Array.isArray(items) || items.length === 0 || !items.every((item) => typeof item === 'string')) {
    throw new CheckSkipped(`${name} is no list of ids: ${text}`, `--var '${name}=["...", "..."]'`);
  }
  return items as string[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

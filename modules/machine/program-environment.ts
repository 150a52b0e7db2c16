import type { SettingTable, ValueOf } from '../../contracts/setting';
import { InvalidPropError } from '../props/invalid-prop';
import { isKnown } from '../props/known';

/** Some values of a table, by the names that code uses. Each may be a Terraform value. */
export type GivenValues<S extends SettingTable> = { readonly [K in keyof S]?: ValueOf<S[K]> };

/**
 * The environment variables that a program reads by the table, in the order of the values: it is part of user data, and another order
 * replaces the machines of every deployment. Give values, never their text: `String()` of a Terraform number hides that it is one.
 *
 * @throws InvalidPropError where the program would refuse a value that is known at synthesis
 */
export function programEnvironment<S extends SettingTable>(table: S, values: GivenValues<S>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    const setting = table[key];
    if (setting === undefined || value === undefined) continue;
    const text = setting.print(value);
    if (isKnown(value) && isKnown(text) && setting.parse(text) === undefined) {
      throw new InvalidPropError(setting.name, value, `must be ${setting.allowed}`);
    }
    environment[setting.name] = text;
  }
  return environment;
}

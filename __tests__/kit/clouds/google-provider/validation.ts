import { refusal, type Diagnostic, type PathStep } from './diagnostic';
import { Unknown, isList, isObject, type Value } from './dynamic-value';
import type { Constraint, ProviderData } from './provider-data';
import { elementsOf, presence, valuesAt, type Placed } from './value-path';
import { brokenRule } from './value-rules';

/** What the real provider would refuse in a resource's configuration (what the schema says, Terraform itself enforces). */
export function validateResource(data: ProviderData, type: string, config: Value): Diagnostic[] {
  const found = (data.constraints[type] ?? []).flatMap((constraint) => [
    ...validateValues(constraint, config),
    ...validateCount(constraint, config),
    ...validateRelations(constraint, config),
  ]);
  const texts = new Set<string>();
  return found.filter(({ detail }) => !texts.has(detail) && texts.add(detail));
}

/** What a Terraform that knows no write-only arguments (older than 1.11) would put into its state, and so is refused. */
export function refuseWriteOnly(data: ProviderData, type: string, config: Value): Diagnostic[] {
  return (data.constraints[type] ?? [])
    .filter(({ write_only }) => write_only === true)
    .flatMap(({ path }) => valuesAt(config, path).map((placed) => ({ path, placed })))
    .filter(({ placed }) => isSet(placed.value))
    .map(({ path, placed }) => broken(path, 'is write-only, which Terraform knows from 1.11', placed.path));
}

const broken = (argument: string, what: string, path: readonly PathStep[]) =>
  refusal(`Invalid value for ${argument}`, `${argument}: ${what}`, attributePath(path));

/** Elements of sets have no index in the protocol, and a diagnostic may not name what it cannot find: it names the outermost argument. */
const attributePath = (path: readonly PathStep[]) => path.slice(0, 1);

function validateValues({ path, validate = [] }: Constraint, config: Value): Diagnostic[] {
  if (validate.length === 0) return [];
  const argument = path.replace(/\[\]$/, '');
  const name = argument.split('.').at(-1)!;
  return valuesAt(config, path)
    .flatMap(elementsOf)
    .filter(({ value }) => value !== null && !(value instanceof Unknown) && !isObject(value))
    .flatMap((placed) =>
      validate.flatMap((rule) => {
        const what = brokenRule(rule, placed.value, name);
        return what === undefined ? [] : [broken(argument, what, placed.path)];
      }),
    );
}

function validateCount({ path, min_items, max_items }: Constraint, config: Value): Diagnostic[] {
  if (min_items === undefined && max_items === undefined) return [];
  return valuesAt(config, path).flatMap((placed) => {
    if (!isList(placed.value)) return [];
    const count = placed.value.length;
    if (count > (max_items ?? Infinity))
      return [broken(path, `at most ${max_items} elements, got ${count}`, placed.path)];
    if (count < (min_items ?? 0)) return [broken(path, `at least ${min_items} elements, got ${count}`, placed.path)];
    return [];
  });
}

/** As SDKv2 does: a group counts the argument itself, whether it names it or not; wherever its block is, set or not. */
function validateRelations(constraint: Constraint, config: Value): Diagnostic[] {
  const { path, exactly_one_of: one = [], at_least_one_of: some = [] } = constraint;
  return valuesAt(config, path).flatMap((placed) => [
    ...validateExactlyOne(withItself(one, placed), config, placed.path),
    ...validateAtLeastOne(withItself(some, placed), config, placed.path),
    ...(isSet(placed.value) ? validateCompany(constraint, config, placed) : []),
  ]);
}

const withItself = (group: readonly string[], { path }: Placed) =>
  group.length === 0 ? [] : [...new Set([...group, path.join('.')])].sort();

const isSet = (value: Value) => value !== null && !(isList(value) && value.length === 0);

function validateExactlyOne(group: readonly string[], config: Value, path: readonly PathStep[]): Diagnostic[] {
  if (group.length === 0) return [];
  const states = group.map((member) => presence(config, member));
  const set = group.filter((_, index) => states[index] === 'set');
  if (set.length > 1) return [broken(set.join(', '), `only one of ${group.join(', ')} can be given`, path)];
  if (set.length === 0 && !states.includes('unknown')) {
    return [broken(group.join(', '), `one of ${group.join(', ')} must be given`, path)];
  }
  return [];
}

function validateAtLeastOne(group: readonly string[], config: Value, path: readonly PathStep[]): Diagnostic[] {
  if (group.length === 0 || group.some((member) => presence(config, member) !== 'absent')) return [];
  return [broken(group.join(', '), `at least one of ${group.join(', ')} must be given`, path)];
}

function validateCompany({ path, conflicts_with = [], required_with = [] }: Constraint, config: Value, placed: Placed) {
  if (placed.value instanceof Unknown) return [];
  const rivals = conflicts_with.filter((rival) => presence(config, rival) === 'set');
  const missing = required_with.filter((companion) => presence(config, companion) === 'absent');
  return [
    ...rivals.map((rival) => broken(path, `conflicts with ${rival}`, placed.path)),
    ...missing.map((companion) => broken(path, `needs ${companion} too`, placed.path)),
  ];
}

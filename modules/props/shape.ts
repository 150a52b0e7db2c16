import { Token } from 'cdktf';
import { InvalidPropError } from './invalid-prop';

/** What a prop must be. `map` has keys that the user chooses, `object` those that the shape names. */
type Kind = 'text' | 'number' | 'flag' | 'list' | 'map' | 'object' | 'object or false' | 'number or false' | 'any';

/** A kind; `required`: must be given; `terraform`: may be a Terraform value. All others must be known at synth. */
export type PropRule = Kind | `${Kind} required` | `${Kind} terraform` | `${Kind} required terraform`;

/**
 * Every prop by its path: `capacity.minInstances`; `hostNames[]` for each of a list; `tags.*` for each of a map. The compiler demands a rule for
 * each prop of the first level.
 */
export type Shape<P> = { readonly [K in keyof Required<P>]: PropRule } & Readonly<Record<string, PropRule>>;

const KINDS: Readonly<Record<Kind, { readonly what: string; readonly is: (value: unknown) => boolean }>> = {
  text: { what: 'a text', is: (value) => typeof value === 'string' },
  number: { what: 'a number', is: (value) => typeof value === 'number' },
  flag: { what: 'true or false', is: (value) => typeof value === 'boolean' },
  list: { what: 'a list', is: Array.isArray },
  map: { what: 'an object', is: isObject },
  object: { what: 'an object', is: isObject },
  'object or false': { what: 'an object or false', is: (value) => value === false || isObject(value) },
  'number or false': { what: 'a number or false', is: (value) => value === false || typeof value === 'number' },
  any: { what: 'a value', is: () => true },
};

/**
 * Checks that props are what their types say, which nothing else does in plain JavaScript, and that only such are Terraform values as may be: the
 * others decide what is made, and a Terraform value would be taken for true, or for the number by which CDKTF marks it.
 *
 * @throws InvalidPropError naming the first prop that is none, is missing, has another type or must be known at synth
 */
export function checkShape<P extends object>(props: P, shape: Shape<P>): void {
  checkMembers({ path: '', pattern: '' }, (props ?? {}) as Readonly<Record<string, unknown>>, shape);
}

/** Where a value is, and the rule's name for that place. */
interface Place {
  readonly path: string;
  readonly pattern: string;
}

type Rules = Readonly<Record<string, PropRule>>;

function checkMembers(place: Place, object: Readonly<Record<string, unknown>>, shape: Rules): void {
  const below = (name: string): Place => ({ path: joined(place.path, name), pattern: joined(place.pattern, name) });
  const known = Object.keys(shape).filter((pattern) => {
    const name = pattern.split('.').at(-1)!;
    return name !== '*' && !name.endsWith('[]') && joined(place.pattern, name) === pattern;
  });
  const names = known.map((pattern) => pattern.split('.').at(-1)!);
  for (const name of names) check(below(name), object[name], shape);
  const unknown = Object.keys(object).find((name) => object[name] !== undefined && !names.includes(name));
  if (unknown === undefined) return;
  throw new InvalidPropError(below(unknown).path, object[unknown], `is no prop; there are ${names.join(', ')}`);
}

function check(place: Place, value: unknown, shape: Rules): void {
  const { path, pattern } = place;
  const rule = shape[pattern]!;
  const kind = rule.replace(/ (?:required|terraform)/g, '') as Kind;
  const { what, is } = KINDS[kind];
  if (value === undefined) {
    if (rule.includes(' required')) throw new InvalidPropError(path, value, `must be given: ${what}`);
    return;
  }
  if (isTerraformValue(value)) {
    if (rule.endsWith(' terraform') || kind === 'any') return;
    throw new InvalidPropError(path, value, 'must be known at synth');
  }
  if (!is(value)) throw new InvalidPropError(path, value, `must be ${what}`);
  if (kind === 'list' && shape[`${pattern}[]`] !== undefined) {
    (value as readonly unknown[]).forEach((item, index) =>
      check({ path: `${path}[${index}]`, pattern: `${pattern}[]` }, item, shape),
    );
  }
  if (kind === 'map') {
    for (const [name, member] of Object.entries(value as object)) {
      check({ path: joined(path, name), pattern: joined(pattern, '*') }, member, shape);
    }
  }
  if (kind.startsWith('object') && isObject(value)) checkMembers(place, value, shape);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map of Terraform's has a mark for its only key. */
function isTerraformValue(value: unknown): boolean {
  return Token.isUnresolved(value) || (isObject(value) && Object.keys(value).some((name) => Token.isUnresolved(name)));
}

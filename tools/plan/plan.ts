import { Failure } from '../failure';
import { isObject, joinUnknown, Unknown, type Value } from './unknown';

/** A resource as it will be when the plan is applied. */
export interface Resource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  /** Attributes; an {@link Unknown} where the value is known after apply only. */
  readonly values: Readonly<Record<string, any>>;
}

/** A plan or a state, ready to be asked which resources its values mean. */
export interface Plan {
  readonly resources: readonly Resource[];
  of(...types: readonly string[]): readonly Resource[];
  /** What a value that names resources means: each resource it may be, and what of it is not in the plan. */
  /** @param types of the resources that are meant; @default any */
  resolve(value: Value, ...types: readonly string[]): readonly Target[];
  /** A value as text: itself, or as it is written, locals filled in; undefined where that is not told. */
  text(value: Value): string | undefined;
}

/** What a value names: a resource of the plan, or something that is not in it. */
export type Target = { readonly resource: Resource } | { readonly outside: string };

/** Where a reference leads: `data.` is kept, instance keys and attributes are not. */
const REFERENCE = /^((?:data\.)?[a-z][a-z0-9_]*\.[\w-]+)/;
const INTERPOLATION = /\$\{([^}]*)\}/g;
const LOCAL = /\blocal\.([\w-]+)/g;
/** A local may be made of locals; deeper than this is a circle. */
const LOCAL_DEPTH = 8;

/**
 * Reads `terraform show -json` of a plan or of a state.
 *
 * @param configuration the `cdk.tf.json` that the plan was made of: says what locals are, which a plan leaves out
 * @throws Failure when it is neither, or holds child modules with resources, which are not followed
 */
export function readPlan(shown: unknown, configuration?: unknown): Plan {
  if (!isObject(shown) || typeof shown.format_version !== 'string') {
    throw new Failure('this is no plan: give what `terraform show -json <plan file>` prints');
  }
  const planned = rootModule(shown.planned_values) ?? rootModule(shown.values);
  if (planned === undefined) throw new Failure('the plan holds no resources: is the state empty?');
  const changes = new Map(list(shown.resource_changes).map((change) => [change.address as string, change]));
  const expressions = new Map(
    list((rootModule(shown.configuration) ?? {}).resources).map((one) => [one.address as string, one.expressions]),
  );
  const toResource = (one: Readonly<Record<string, any>>): Resource => ({
    address: one.address,
    mode: one.mode,
    type: one.type,
    name: one.name,
    values: joinUnknown(
      one.values,
      changes.get(one.address)?.change?.after_unknown,
      expressions.get(withoutKeys(one.address)),
    ) as Resource['values'],
  });
  const isRead = new Set(list(planned.resources).map(({ address }) => address as string));
  const prior = rootModule(isObject(shown.prior_state) ? shown.prior_state.values : undefined);
  const read = list(prior?.resources).filter(({ mode, address }) => mode === 'data' && !isRead.has(address as string));
  const resources = [...list(planned.resources), ...read].map(toResource);
  return planOf(resources, localsOf(configuration));
}

/** The plan that holds these resources. */
function planOf(resources: readonly Resource[], locals: Readonly<Record<string, unknown>>): Plan {
  const byAddress = new Map<string, Resource[]>();
  for (const resource of resources) {
    const address = withoutKeys(resource.address);
    byAddress.set(address, [...(byAddress.get(address) ?? []), resource]);
  }
  const filled = (text: string, depth = 0): string =>
    text.replace(LOCAL, (reference, name: string) => {
      const local = locals[name];
      if (typeof local !== 'string' || depth > LOCAL_DEPTH) return reference;
      // Inside of an interpolation the braces of the local's own text would end it too early.
      return filled(local.replace(/^\$\{(.*)\}$/s, '$1'), depth + 1);
    });
  /** What a value may mean; its resources are of the given types, where any are given. */
  const resolve = (value: Value, ...types: readonly string[]): readonly Target[] => {
    if (value === undefined || value === null || value === '') return [];
    if (Array.isArray(value)) return distinct((value as Value[]).flatMap((one) => resolve(one, ...types)));
    const { found, outside } = value instanceof Unknown ? meantBy(value) : namedAs(value);
    const fitting = found.filter(({ type }) => types.length === 0 || types.includes(type));
    const strangers = fitting.length > 0 ? outside : [...outside, textOf(value)].slice(0, 1);
    return [...fitting.map((resource) => ({ resource })), ...strangers.map((name) => ({ outside: name }))];
  };
  const meantBy = (value: Unknown) => {
    const references = value.references.flatMap((reference) =>
      reference.startsWith('local.') ? referencesIn(filled(reference), byAddress) : [reference],
    );
    const addresses = [...new Set(references.map(addressOf))];
    return {
      found: addresses.flatMap((address) => byAddress.get(address) ?? []),
      // A choice between a resource and something else may be something else.
      outside: addresses.filter((address) => !byAddress.has(address)),
    };
  };
  const namedAs = (value: Value) => ({
    found: resources.filter(({ values }) => IDENTITIES.some((identity) => values[identity] === value)),
    outside: [] as readonly string[],
  });
  return {
    resources,
    of: (...types) => resources.filter(({ type, mode }) => mode === 'managed' && types.includes(type)),
    resolve,
    text: (value) => {
      if (value instanceof Unknown) {
        const [text, ...others] = value.texts;
        return text === undefined || others.length > 0
          ? undefined
          : text.replace(INTERPOLATION, (_, inner: string) => `\${${filled(inner)}}`);
      }
      return typeof value === 'string' ? value : undefined;
    },
  };
}

/** Those that are in the plan, each once. */
export function resourcesOf(targets: readonly Target[]): Resource[] {
  const found = targets.flatMap((target) => ('resource' in target ? [target.resource] : []));
  return [...new Map(found.map((resource) => [resource.address, resource])).values()];
}

/** What other resources name a resource by, on either cloud. */
const IDENTITIES = ['id', 'arn', 'name', 'self_link', 'email', 'member', 'instance_group', 'prefix_list_id'];

/** Resources that a local is made of, and whatever else it depends on. */
function referencesIn(text: string, byAddress: ReadonlyMap<string, unknown>): string[] {
  const names = [...text.matchAll(/\b(?:data\.)?[a-z][a-z0-9_]*\.[\w-]+/g)].map(([name]) => name);
  return names.filter((name) => byAddress.has(name) || /^(?:local|var|each|count|module)\./.test(name));
}

function textOf(value: Value): string {
  if (!(value instanceof Unknown)) return typeof value === 'string' ? value : JSON.stringify(value);
  return value.texts.join(' ') || value.references.join(' ') || 'a value known after apply';
}

/** `aws_subnet.a[0].id` names all of `aws_subnet.a`. */
function addressOf(reference: string): string {
  return REFERENCE.exec(reference)?.[1] ?? reference;
}

function withoutKeys(address: string): string {
  return address.replace(/\[[^\]]*\]$/, '');
}

function distinct(targets: readonly Target[]): readonly Target[] {
  const keyOf = (target: Target) => ('resource' in target ? target.resource.address : target.outside);
  return [...new Map(targets.map((target) => [keyOf(target), target])).values()];
}

function rootModule(part: unknown): Readonly<Record<string, any>> | undefined {
  const root = isObject(part) ? part.root_module : undefined;
  if (!isObject(root)) return undefined;
  const [child] = list(root.child_modules);
  if (child !== undefined) {
    throw new Failure(`resources of modules are not followed: the plan holds ${String(child.address)}`);
  }
  return root;
}

function localsOf(configuration: unknown): Readonly<Record<string, unknown>> {
  if (configuration === undefined) return {};
  if (!isObject(configuration)) throw new Failure('the configuration is no cdk.tf.json: an object is expected');
  return isObject(configuration.locals) ? configuration.locals : {};
}

function list(value: unknown): readonly Readonly<Record<string, any>>[] {
  return Array.isArray(value) ? (value as Readonly<Record<string, any>>[]) : [];
}

import { refusal, type Diagnostic } from './diagnostic';
import { customizePlan } from './customized-plans';
import { UNKNOWN, isList, isObject, type Value, type ValueObject } from './dynamic-value';
import type { BlockSchema, Constraint, ProviderData } from './provider-data';
import type { ProviderConfiguration } from './provider-configuration';
import { replacedPaths } from './replacement';
import type { PathStep } from './diagnostic';

/** A planned object, and the paths whose change means a new object. */
export interface PlannedResource {
  readonly planned: Value;
  readonly replaced: readonly (readonly PathStep[])[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans a change as a provider built on SDKv2 does. `proposed` is Terraform's: the configuration, with prior values where it
 * leaves computed arguments open.
 */
export function planResource(
  data: ProviderData,
  provider: ProviderConfiguration,
  type: string,
  { prior, proposed, config }: { readonly prior: Value; readonly proposed: Value; readonly config: Value },
): PlannedResource {
  if (!isObject(proposed)) return { planned: proposed, replaced: [], diagnostics: [] };
  const schema = data.resources[type];
  if (!schema) {
    return {
      planned: proposed,
      replaced: [],
      diagnostics: [refusal('Unknown resource type', `${type} has no schema`)],
    };
  }
  const constraints = data.constraints[type] ?? [];
  const completed = completeBlock(proposed, schema.block, defaultsOf(constraints), '');
  const { planned, diagnostics } = customizePlan(type, constraints, provider, {
    planned: completed,
    prior: isObject(prior) ? prior : undefined,
    config: isObject(config) ? config : {},
    block: schema.block,
  });
  return { planned, replaced: replacedPaths(constraints, schema.block, prior, planned), diagnostics };
}

function defaultsOf(constraints: readonly Constraint[]): ReadonlyMap<string, Value> {
  return new Map(
    constraints
      .filter((constraint) => constraint.default !== undefined)
      .map((constraint) => [constraint.path, constraint.default as Value]),
  );
}

/** Defaults where nothing is given, unknown where the cloud decides, null where a value may only be written. */
function completeBlock(
  value: ValueObject,
  block: BlockSchema,
  defaults: ReadonlyMap<string, Value>,
  prefix: string,
): ValueObject {
  const completed: Record<string, Value> = { ...value };
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    if (attribute.write_only) completed[name] = null;
    else if ((completed[name] ?? null) === null) {
      const fallback = attribute.computed ? UNKNOWN : null;
      completed[name] = defaults.get(prefix + name) ?? fallback;
    }
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const inside = completed[name];
    const complete = (element: Value) =>
      isObject(element) ? completeBlock(element, nested.block, defaults, `${prefix}${name}.`) : element;
    if (isList(inside)) completed[name] = inside.map(complete);
    else if (isObject(inside)) completed[name] = complete(inside);
  }
  return completed;
}

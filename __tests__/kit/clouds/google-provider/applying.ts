import { CloudError, type Cloud } from './cloud';
import { computedValue, type Making } from './computed-values';
import { refusal, type Diagnostic } from './diagnostic';
import { Unknown, holdsUnknown, isList, isObject, type Value, type ValueObject } from './dynamic-value';
import type { BlockSchema, ProviderData } from './provider-data';
import type { ProviderConfiguration } from './provider-configuration';
import { resourceId, textOf } from './resource-id';

export interface AppliedResource {
  readonly state: Value;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where something is applied. */
export interface Place {
  readonly cloud: Cloud;
  readonly provider: ProviderConfiguration;
  /** Terraform's working directory: files are named relative to it. */
  readonly directory: string;
}

/** Creates, updates or deletes. What fails leaves the prior state. */
export function applyResource(
  data: ProviderData,
  { cloud, provider, directory }: Place,
  type: string,
  { prior, planned, config }: { readonly prior: Value; readonly planned: Value; readonly config: Value },
): AppliedResource {
  const block = data.resources[type]?.block ?? {};
  try {
    if (!isObject(planned)) return { state: destroy(cloud, type, prior), diagnostics: [] };
    const exists = isObject(prior);
    const state = fill(type, planned, block, { cloud, provider, directory }, exists ? textOf(prior, 'id') : undefined);
    const object = { type, state, writeOnly: writeOnly(config, block) };
    if (exists) cloud.update(textOf(state, 'id'), object);
    else cloud.create(textOf(state, 'id'), object);
    return { state, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { state: prior, diagnostics: [refusal(`Error applying ${type}`, error.message)] };
  }
}

/** Arguments that ask for protection, and what the provider says when something that has it is to go. */
const PROTECTIONS = ['deletion_protection', 'deletion_protection_enabled'];

/** What is left when Terraform destroys it: Cloud KMS deletes neither key rings nor keys. */
const INDESTRUCTIBLE = new Set(['google_kms_key_ring', 'google_kms_crypto_key']);

function destroy(cloud: Cloud, type: string, prior: Value): null {
  if (!isObject(prior)) return null;
  const protection = PROTECTIONS.find((name) => prior[name] === true);
  if (protection !== undefined) {
    throw new CloudError(
      `cannot destroy ${type} ${textOf(prior, 'id')} without setting ${protection}=false and running \`terraform apply\``,
    );
  }
  const bucket = textOf(prior, 'name');
  const objects = cloud.objects('google_storage_bucket_object').filter(({ state }) => state.bucket === bucket);
  if (type === 'google_storage_bucket' && prior.force_destroy !== true && objects.length > 0) {
    throw new CloudError(
      `Error trying to delete bucket ${bucket} containing objects without \`force_destroy\` set to true`,
    );
  }
  if (!INDESTRUCTIBLE.has(type)) cloud.remove(type, textOf(prior, 'id'));
  return null;
}

/** Of what others are made: in this order. */
const FIRST = ['project', 'region', 'zone', 'location', 'name_prefix', 'name', 'id'];

/** Gives every unknown value the one that the cloud chooses. */
function fill(
  type: string,
  planned: ValueObject,
  block: BlockSchema,
  { cloud, provider, directory }: Place,
  id: string | undefined,
): ValueObject {
  const number = cloud.nextNumber();
  const attributes = block.attributes ?? {};
  const names = [...FIRST.filter((name) => name in attributes), ...Object.keys(attributes)];
  let state: ValueObject = planned;
  for (const name of names) {
    if (!holdsUnknown(state[name])) continue;
    const making: Making = { type, state, cloud, number, directory };
    const value = name === 'id' ? (id ?? resourceId(type, state, number)) : identity(name, making, provider);
    state = { ...state, [name]: value ?? computedValue(name, attributes[name]!.type, making) };
  }
  return fillBlocks(state, block, { type, state, cloud, number, directory });
}

/** The provider's place, and a name of a prefix, as Google's templates have them. */
function identity(name: string, { state, type, number }: Making, provider: ProviderConfiguration): Value | undefined {
  if (name === 'project' || name === 'region' || name === 'zone') return provider[name];
  if (name === 'name_prefix') return '';
  if (name !== 'name' || !('name_prefix' in state) || !type.includes('template')) return undefined;
  return `${textOf(state, 'name_prefix') || 'terraform-'}${String(20_260_101_000_000_000_000n + BigInt(number))}`;
}

function fillBlocks(state: ValueObject, block: BlockSchema, making: Making): ValueObject {
  const filled: Record<string, Value> = { ...state };
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const complete = (element: Value): Value => {
      if (!isObject(element)) return element;
      const inner: Record<string, Value> = { ...element };
      for (const [attribute, { type }] of Object.entries(nested.block.attributes ?? {})) {
        if (inner[attribute] instanceof Unknown) inner[attribute] = nestedValue(attribute, type, making);
      }
      return fillBlocks(inner, nested.block, making);
    };
    const value = filled[name];
    if (isList(value)) filled[name] = value.map(complete);
    else if (isObject(value)) filled[name] = complete(value);
  }
  return filled;
}

/** Names of blocks' arguments mean other things than those of the resource: only types and what servers choose are used. */
const nestedValue = (name: string, type: Parameters<typeof computedValue>[1], making: Making): Value =>
  computedValue(name, type, { ...making, type: '' });

function writeOnly(config: Value, block: BlockSchema): ValueObject {
  if (!isObject(config)) return {};
  const names = Object.entries(block.attributes ?? {}).filter(([, attribute]) => attribute.write_only);
  return Object.fromEntries(names.map(([name]) => [name, config[name] ?? null]));
}

import * as fs from 'node:fs';
import * as path from 'node:path';

/** Type of an attribute, as `terraform providers schema -json` writes it. */
export type AttributeType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', AttributeType]
  | readonly ['object', Readonly<Record<string, AttributeType>>];

export interface AttributeSchema {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly write_only?: boolean;
}

export interface BlockSchema {
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  readonly block_types?: Readonly<Record<string, NestedBlockSchema>>;
}

export interface NestedBlockSchema {
  readonly nesting_mode: 'single' | 'list' | 'set' | 'map' | 'group';
  readonly block: BlockSchema;
  readonly min_items?: number;
  readonly max_items?: number;
}

export interface ObjectSchema {
  readonly version?: number;
  readonly block: BlockSchema;
}

/** What one value must be. A rule has one of these forms. */
export interface ValueRule {
  readonly enum?: readonly (string | number)[];
  readonly ignore_case?: boolean;
  readonly regex?: string;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly min_len?: number;
  readonly max_len?: number;
  /** Shortest and longest length of a name that follows RFC 1035. */
  readonly rfc1035?: readonly [number, number];
  /** Name of the provider's own function. */
  readonly fn?: string;
}

/** What the provider demands of one argument, besides what its schema says. `path` has no indexes, and ends in `[]` for elements. */
export interface Constraint {
  readonly path: string;
  readonly validate?: readonly ValueRule[];
  readonly conflicts_with?: readonly string[];
  readonly exactly_one_of?: readonly string[];
  readonly at_least_one_of?: readonly string[];
  readonly required_with?: readonly string[];
  readonly force_new?: boolean;
  readonly default?: unknown;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly write_only?: boolean;
  readonly customize_diff?: readonly string[];
}

/** What is known of the real provider. */
export interface ProviderData {
  readonly provider: ObjectSchema;
  readonly resources: Readonly<Record<string, ObjectSchema>>;
  readonly dataSources: Readonly<Record<string, ObjectSchema>>;
  readonly constraints: Readonly<Record<string, readonly Constraint[]>>;
}

const OWN_DATA = path.join(__dirname, 'data');

/**
 * Directory of the data: `$GOOGLE_PROVIDER_DATA`, else this folder's own.
 *
 * @throws Error that names the file which `$GOOGLE_PROVIDER_DATA` lacks
 */
export function providerDataDirectory(): string {
  const given = process.env.GOOGLE_PROVIDER_DATA;
  const directory = given === undefined || given === '' ? OWN_DATA : given;
  for (const name of ['schema.json', 'constraints.json']) {
    const file = path.join(directory, name);
    if (!fs.existsSync(file)) throw new Error(`GOOGLE_PROVIDER_DATA=${directory}: there is no ${file}`);
  }
  return directory;
}

/** Reads schema and constraints. */
export function loadProviderData(directory = providerDataDirectory()): ProviderData {
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
  const schema = read('schema.json').provider_schemas['registry.terraform.io/hashicorp/google'];
  return {
    provider: schema.provider,
    resources: schema.resource_schemas,
    dataSources: schema.data_source_schemas,
    constraints: read('constraints.json'),
  };
}

/** What a document says that an example makes. */
export interface Inventory {
  /** Number of resources by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Values by `<type>.<argument>[.<argument>]`: what one resource of the type has, or all of them have. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The part of cdk.tf.json that an inventory looks at. */
export interface SynthesizedStack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The same questions as those of a written inventory, answered by the stack. */
export function inventoryOf({ resource }: SynthesizedStack, { counts, values }: Inventory): Inventory {
  const count = (type: string): number => Object.keys(resource[type] ?? {}).length;
  const value = (name: string): unknown => {
    const [type = '', ...argument] = name.split('.');
    const found = Object.values(resource[type] ?? {}).map((body) => argument.reduce(within, body));
    const distinct = [...new Set(found)];
    return distinct.length === 1 ? distinct[0] : distinct;
  };
  return {
    counts: Object.fromEntries(Object.keys(counts).map((type) => [type, count(type)])),
    ...(values && { values: Object.fromEntries(Object.keys(values).map((name) => [name, value(name)])) }),
  };
}

/** A block that may be given once is a list of one in some bindings. */
function within(body: unknown, argument: string): unknown {
  const object = (Array.isArray(body) ? body[0] : body) as Readonly<Record<string, unknown>> | undefined;
  return object?.[argument];
}

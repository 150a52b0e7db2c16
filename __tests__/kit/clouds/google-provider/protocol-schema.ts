import type { BlockSchema, ObjectSchema } from './provider-data';

const NESTING = { single: 1, list: 2, set: 3, map: 4, group: 5 } as const;

/** The schema of `terraform providers schema -json` as the plugin protocol writes it. */
export function protocolSchema(schema: ObjectSchema): object {
  return { version: schema.version ?? 0, block: protocolBlock(schema.block) };
}

function protocolBlock(block: BlockSchema): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block.block_types ?? {}).map(([type_name, nested]) => ({
      type_name,
      block: protocolBlock(nested.block),
      nesting: NESTING[nested.nesting_mode],
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}

import { z } from 'zod';
import { languageSchema } from './schema';

/** The JSON Schema of a `languages/<id>.yaml`, for editors; published as `languages/schema.json`. */
export function languageJsonSchema(): string {
  const schema = { title: 'A language of the Sandpiper playground', ...z.toJSONSchema(languageSchema) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

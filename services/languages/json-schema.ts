import { z } from 'zod';
import { languageFileSchema } from './language-file';

/** The JSON Schema of a `languages/<id>.yaml`, for editors; published as `languages/schema.json`. */
export function languageJsonSchema(): string {
  const schema = z.toJSONSchema(languageFileSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'A language of the Sandpiper playground', ...schema }, null, 2)}\n`;
}

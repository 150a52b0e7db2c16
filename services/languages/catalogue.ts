import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { expandLanguage } from './expand';
import { languageFileSchema } from './language-file';
import type { Language } from './schema';

/** A file of the catalogue is not what the schema asks for. */
export class CatalogueError extends Error {
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.name = 'CatalogueError';
  }
}

/**
 * Reads every `languages/<id>.yaml`, in order of the ids.
 *
 * @throws CatalogueError naming the file and the field
 */
export function readCatalogue(directory: string): readonly Language[] {
  const languages = fs
    .readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readLanguage(path.join(directory, file)));
  refuseSharedNames(languages);
  return languages;
}

function readLanguage(file: string): Language {
  const parsed = languageFileSchema.safeParse(parse(fs.readFileSync(file, 'utf8')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CatalogueError(path.basename(file), problems.join('; '));
  }
  if (`${parsed.data.id}.yaml` !== path.basename(file)) {
    throw new CatalogueError(path.basename(file), `id: ${JSON.stringify(parsed.data.id)} must be the name of the file`);
  }
  try {
    return expandLanguage(parsed.data);
  } catch (error) {
    throw new CatalogueError(path.basename(file), (error as Error).message);
  }
}

function refuseSharedNames(languages: readonly Language[]): void {
  const owner = new Map<string, string>();
  for (const language of languages) {
    for (const name of [language.id, ...language.aliases]) {
      const other = owner.get(name);
      if (other !== undefined)
        throw new CatalogueError(`${language.id}.yaml`, `aliases: ${JSON.stringify(name)} is taken by ${other}`);
      owner.set(name, language.id);
    }
  }
  const [, second] = languages.filter(({ isFirst }) => isFirst);
  if (second) throw new CatalogueError(`${second.id}.yaml`, 'first: another language has it too');
}

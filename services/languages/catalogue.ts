import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { languageSchema, type Language } from './schema';

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
  const parsed = languageSchema.safeParse(parse(fs.readFileSync(file, 'utf8')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CatalogueError(path.basename(file), problems.join('; '));
  }
  const language = parsed.data;
  if (`${language.id}.yaml` !== path.basename(file)) {
    throw new CatalogueError(path.basename(file), `id: ${JSON.stringify(language.id)} must be the name of the file`);
  }
  for (const version of language.versions) {
    if (!(version.run ?? language.run))
      throw new CatalogueError(path.basename(file), `run: version ${version.version} has none`);
  }
  return language;
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
}

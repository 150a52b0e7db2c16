import * as path from 'node:path';
import type { Language } from '../../services/languages/schema';
import { wrongUsage } from '../failure';

/**
 * The language of a file, by the ending of its name.
 *
 * @throws Failure (wrong usage) when no language or more than one has it
 */
export function languageOfFile(catalogue: readonly Language[], file: string): Language {
  const ending = path.extname(file);
  const candidates = catalogue.filter((language) => ending !== '' && path.extname(language.source) === ending);
  if (candidates.length === 1) return candidates[0]!;
  const ids = candidates.map(({ id }) => id).join(' or ');
  throw wrongUsage(
    candidates.length === 0
      ? `${file}: no language has files that end in ${JSON.stringify(ending)}; say --language`
      : `${file}: may be ${ids}; say --language`,
  );
}

/**
 * @param what the name was given as
 * @throws Failure (wrong usage) listing the languages, when there is none of the name
 */
export function languageNamed(catalogue: readonly Language[], name: string, what = '--language'): Language {
  const wanted = name.toLowerCase();
  const found = catalogue.find(({ id, aliases }) => id === wanted || aliases.includes(wanted));
  if (found) return found;
  throw wrongUsage(
    `${what}: ${JSON.stringify(name)} is unknown; there are ${catalogue.map(({ id }) => id).join(', ')}`,
  );
}

import { versionName, type Language, type LanguageVersion } from './schema';

/** A version of a language that somebody selected. */
export interface Selected {
  readonly language: Language;
  readonly version: LanguageVersion;
}

/**
 * Versions by a selection: `core` (those that the catalogue marks so), `all`, or with commas between them ids and `id@version`.
 *
 * @throws Error naming an id or a version that does not exist
 */
export function selectVersions(catalogue: readonly Language[], selection: string): readonly Selected[] {
  const all = catalogue.flatMap((language) => language.versions.map((version) => ({ language, version })));
  if (selection === 'all') return all;
  if (selection === 'core') return all.filter(({ version }) => version.isCore);
  const words = selection.split(',').map((word) => word.trim());
  const chosen = new Set(words.flatMap((word) => selectedBy(all, word)));
  return all.filter((one) => chosen.has(one));
}

function selectedBy(all: readonly Selected[], word: string): readonly Selected[] {
  const [id, name] = word.split('@');
  const versions = all.filter(({ language }) => language.id === id || language.aliases.includes(id!));
  if (versions.length === 0) {
    const ids = [...new Set(all.map(({ language }) => language.id))];
    throw new Error(`languages: ${JSON.stringify(id)} is unknown; there are ${ids.join(', ')}`);
  }
  if (name === undefined) return versions;
  const found = versions.filter(({ version }) => versionName(version) === name);
  if (found.length > 0) return found;
  const names = versions.map(({ version }) => versionName(version)).join(', ');
  throw new Error(`languages: ${JSON.stringify(word)} is unknown; of ${id} there are ${names}`);
}

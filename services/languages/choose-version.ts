import * as semver from 'semver';
import { satisfiesVersion } from './self-test';
import type { PresentVersion } from './host-toolchains';

/** The job names a language or a version that this runner does not have. The message lists what exists. */
export class UnknownLanguageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnknownLanguageError';
  }
}

/**
 * Chooses a version of a language.
 *
 * @param language id or alias, in any case
 * @param version exact number (`3.11.2`), its leading parts (`3.11`), a semver range (`>=3.10 <4`), or `*`; then a variant, where
 *   one is meant (`3.13+science`). @default '*', the newest
 * @throws UnknownLanguageError listing the languages, or the versions of the language, that exist
 */
export function chooseVersion<V extends PresentVersion>(present: readonly V[], language: string, version = '*'): V {
  const wanted = language.toLowerCase();
  const candidates = present.filter((entry) => entry.language.id === wanted || entry.language.aliases.includes(wanted));
  if (candidates.length === 0) {
    const ids = [...new Set(present.map((entry) => entry.language.id))].sort();
    throw new UnknownLanguageError(
      `language: ${JSON.stringify(language)} is unknown; there are ${ids.join(', ') || 'none'}`,
    );
  }
  const [number = '', variant] = version.split('+');
  // A variant is had by its name; without one, only where the language has nothing else.
  const isPlain = candidates.every((entry) => entry.version.variant !== undefined);
  const chosen = candidates
    .filter((entry) => entry.version.variant === variant || (variant === undefined && isPlain))
    .find((entry) => matches(entry.exactVersion.split('+')[0]!, number || '*'));
  if (!chosen) {
    const versions = candidates.map((entry) => entry.exactVersion);
    throw new UnknownLanguageError(
      `version: ${JSON.stringify(version)} of ${candidates[0]!.language.id} is unknown; there are ${versions.join(', ')}`,
    );
  }
  return chosen;
}

function matches(exact: string, wanted: string): boolean {
  if (wanted === '*' || satisfiesVersion(exact, wanted)) return true;
  const number = semver.coerce(exact);
  return number !== null && semver.validRange(wanted) !== null && semver.satisfies(number, wanted);
}

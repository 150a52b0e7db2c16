import { versionName, type Language, type LanguageVersion } from '../../../services/languages/schema';
import { satisfiesVersion } from '../../../services/languages/self-test';
import { Failure, wrongUsage } from '../../failure';
import { languageNamed } from '../../local-runner/language-of';

/** A language version whose image somebody named. */
export interface WantedImage {
  readonly language: Language;
  readonly version: LanguageVersion;
}

/**
 * The versions that a word leaves open, in the order of the catalogue: `lua` all, `lua@5` those of 5, `lua@5.3` that one.
 *
 * @throws Failure (wrong usage) listing what exists
 */
export function versionsNamed(languages: readonly Language[], word: string): readonly WantedImage[] {
  const [name = '', wanted] = word.split('@');
  const language = languageNamed(languages, name, 'language');
  const versions = language.versions.filter((each) => wanted === undefined || isNamed(each, wanted));
  if (versions.length > 0) return versions.map((version) => ({ language, version }));
  throw wrongUsage(
    `version: ${JSON.stringify(wanted)} of ${language.id} is unknown; there are ${language.versions.map(versionName).join(', ')}`,
  );
}

/** `5.4`, or the leading parts of it; `3.13+science` by its whole name. */
function isNamed(each: LanguageVersion, wanted: string): boolean {
  const [number = '', variant] = wanted.split('+');
  return variant === each.variant && satisfiesVersion(each.version, number);
}

/** Such as `lua@5.4`. */
export function nameOf({ language, version }: WantedImage): string {
  return `${language.id}@${versionName(version)}`;
}

/** @throws Failure when the catalogue has no image of the version */
export function referenceOf({ language, version }: WantedImage): string {
  if (version.oci !== undefined) return version.oci.image;
  throw new Failure(`${language.id} ${version.version} has no image in the catalogue; build it with --from-debian`);
}

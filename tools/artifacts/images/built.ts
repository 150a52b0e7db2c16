import type { PresentVersion } from '../../../services/languages/host-toolchains';
import { entriesOf } from '../../../services/languages/host-toolchains';
import type { Language } from '../../../services/languages/schema';
import { builtVersions, type BuiltVersion } from '../../../services/languages/built-versions';
import { ImageStore } from '../../../services/images/store';
import { wrongUsage } from '../../failure';
import { cacheDirectory } from '../../provision/cache';

/** Where built images are kept. */
export function imageStore(): ImageStore {
  return new ImageStore(cacheDirectory('images'));
}

/** What of some languages is there as a built image. Only root can mount one: for others there is none. */
export function builtHere(languages: readonly Language[], store = imageStore()): readonly BuiltVersion[] {
  return process.getuid?.() === 0 ? builtVersions(entriesOf(languages), store) : [];
}

/**
 * The versions of toolchains and of images together, newest first as in the catalogue. Where a version is there as both, the
 * toolchain goes first: nothing needs to be mounted for it.
 */
export function withBuilt(
  present: readonly PresentVersion[],
  built: readonly BuiltVersion[],
): readonly (PresentVersion | BuiltVersion)[] {
  const languages = [...new Set([...present, ...built].map(({ language }) => language))];
  return languages.flatMap((language) =>
    language.versions.flatMap((version) => [
      ...present.filter((entry) => entry.version === version),
      ...built.filter((entry) => entry.version === version),
    ]),
  );
}

/**
 * The built image that is meant: by language and version (`lua@5.4`), by the reference it was pulled by, or by the first twelve
 * digits of its SHA-256 or more.
 *
 * @throws Failure (wrong usage) listing what is built
 */
export function builtImage(languages: readonly Language[], wanted: string, store = imageStore()): BuiltVersion {
  const built = builtHere(languages, store);
  const found = built.find(({ manifest: { language, version, source, sha256 } }) => {
    if (wanted === `${language}@${version}`) return true;
    if (source.kind === 'oci' && wanted === source.reference) return true;
    return wanted.length >= 12 && sha256.startsWith(wanted);
  });
  if (found) return found;
  const names = built.map(({ manifest }) => `${manifest.language}@${manifest.version}`).join(', ') || 'none';
  const why = process.getuid?.() === 0 ? '' : ' (images are mounted, which only root may)';
  throw wrongUsage(
    `--image: ${JSON.stringify(wanted)} is not built${why}; there are ${names}. \`./sandpiper images build\` builds one`,
  );
}

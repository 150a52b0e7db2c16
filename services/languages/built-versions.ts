import type { ImageManifest, ImageStore } from '../images/store';
import { versionName } from './schema';
import type { PresentVersion } from './host-toolchains';

/** A language version that is there as a built image. */
export interface BuiltVersion extends PresentVersion {
  readonly manifest: ImageManifest;
}

/** What of some versions a store has as a built image, in their order. */
export function builtVersions(
  entries: readonly Pick<PresentVersion, 'language' | 'version'>[],
  store: ImageStore,
): readonly BuiltVersion[] {
  const manifests = store.list();
  return entries.flatMap(({ language, version }) => {
    const manifest = manifests.find((one) => one.language === language.id && one.version === versionName(version));
    return manifest ? [{ language, version, exactVersion: manifest.exactVersion, manifest }] : [];
  });
}

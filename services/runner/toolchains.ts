import * as path from 'node:path';
import { mountImage, type MountedImage } from '../images/mount';
import { ImageStore } from '../images/store';
import { builtVersions } from '../languages/built-versions';
import { readCatalogue } from '../languages/catalogue';
import { hostRuntime, imageRuntime, toolchainBinds } from '../languages/host-runtime';
import { entriesOf, probeHost, type PresentVersion } from '../languages/host-toolchains';
import { readOfferedFile } from '../languages/offered-file';
import { SettingError } from '../environment';
import type { RunnerConfig } from './config';
import type { OfferedRuntime } from './runner';
import { hostRootfs } from './sandbox/host-rootfs';

/** What a machine can run its jobs with. */
export interface Toolchains {
  /** @param stateDirectory of the sandbox host, which must be opened after the toolchains: it sees no later mounts */
  offered(stateDirectory: string): readonly OfferedRuntime[];
  close(): void;
}

type Sources = Pick<RunnerConfig, 'imagesDirectory' | 'languagesFile' | 'catalogueDirectory' | 'toolchainsDirectory'>;

/**
 * Mounts the built images, or asks this machine's own toolchains.
 *
 * @throws SettingError when nothing says which languages there are or none of them is there, ImageDamagedError
 */
export async function openToolchains(config: Sources): Promise<Toolchains> {
  return config.imagesDirectory === undefined ? ownToolchains(config) : imageToolchains(config, config.imagesDirectory);
}

async function ownToolchains({ languagesFile, catalogueDirectory, toolchainsDirectory }: Sources): Promise<Toolchains> {
  const versions =
    languagesFile === undefined
      ? (await probeHost(readCatalogue(catalogueOf(catalogueDirectory)), toolchainsDirectory)).present
      : readOfferedFile(languagesFile);
  if (versions.length === 0) throw new SettingError('SANDPIPER_CATALOGUE', catalogueDirectory, 'has no toolchain here');
  return {
    offered: (stateDirectory) => {
      const binds = toolchainBinds(versions, toolchainsDirectory);
      const rootfs = hostRootfs(path.join(stateDirectory, 'rootfs'), binds);
      return versions.map((version) => ({ version, runtime: hostRuntime(version, rootfs) }));
    },
    close: () => undefined,
  };
}

async function imageToolchains({ languagesFile, catalogueDirectory }: Sources, directory: string): Promise<Toolchains> {
  const store = new ImageStore(directory);
  const described =
    languagesFile === undefined
      ? entriesOf(readCatalogue(catalogueOf(catalogueDirectory)))
      : readOfferedFile(languagesFile);
  const mounted: { readonly version: PresentVersion; readonly image: MountedImage }[] = [];
  const close = (): void => mounted.forEach(({ image }) => image.close());
  try {
    for (const version of builtVersions(described, store)) {
      mounted.push({ version, image: await mountImage(store, version.manifest) });
    }
    if (mounted.length === 0)
      throw new SettingError('SANDPIPER_IMAGES', directory, 'holds no image of a known language');
  } catch (error) {
    close();
    throw error;
  }
  return {
    offered: () => mounted.map(({ version, image }) => ({ version, runtime: imageRuntime(version, image.rootfs) })),
    close,
  };
}

function catalogueOf(directory: string | undefined): string {
  if (directory !== undefined) return directory;
  throw new SettingError(
    'SANDPIPER_LANGUAGES',
    undefined,
    'it is the file that `./sandpiper languages --save` writes; or set SANDPIPER_CATALOGUE, the directory of the catalogue',
  );
}

import * as path from 'node:path';
import { openImageCache } from '../images/image-cache';
import { readImageList } from '../images/image-list';
import { openImageMounts } from '../images/mounts';
import { openObjectSource } from '../images/source/open-object-source';
import { ImageStore } from '../images/store';
import { builtVersions } from '../languages/built-versions';
import { readCatalogue } from '../languages/catalogue';
import { hostRuntime, imageRuntime, toolchainBinds } from '../languages/host-runtime';
import { entriesOf, probeHost, type PresentVersion } from '../languages/host-toolchains';
import { readOfferedFile } from '../languages/offered-file';
import { SettingError } from '../program/read-settings';
import type { RunnerConfig } from './config';
import type { LanguageRuntime } from '../sandbox/language-runtime';
import type { OfferedRuntime } from './runner';
import { hostRootfs } from '../sandbox/host-rootfs';

/** What a machine can run its jobs with. */
export interface Toolchains {
  /** @param stateDirectory of the sandbox host, which must be opened after the toolchains: it follows their mounts */
  offered(stateDirectory: string): readonly OfferedRuntime[];
  close(): void;
}

type Sources = Pick<
  RunnerConfig,
  'imagesDirectory' | 'imageSource' | 'imageListFile' | 'languagesFile' | 'catalogueDirectory' | 'toolchainsDirectory'
>;

type Log = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Opens what jobs run in: images that are fetched when they are asked for, images that were built here, or this machine's own
 * toolchains.
 *
 * @throws SettingError when nothing says which languages there are or none of them is there, ImageDamagedError
 */
export async function openToolchains(config: Sources, log: Log = () => {}): Promise<Toolchains> {
  const { imagesDirectory, imageSource } = config;
  if (imagesDirectory === undefined) return ownToolchains(config);
  return imageSource === undefined
    ? builtImages(config, imagesDirectory)
    : fetchedImages(config, { directory: imagesDirectory, source: imageSource, log });
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
      return versions.map((version) => offer(version, hostRuntime(version, rootfs)));
    },
    close: () => undefined,
  };
}

async function builtImages({ languagesFile, catalogueDirectory }: Sources, directory: string): Promise<Toolchains> {
  const store = new ImageStore(directory);
  const described =
    languagesFile === undefined
      ? entriesOf(readCatalogue(catalogueOf(catalogueDirectory)))
      : readOfferedFile(languagesFile);
  const built = builtVersions(described, store);
  if (built.length === 0) throw new SettingError('SANDPIPER_IMAGES', directory, 'holds no image of a known language');
  const mounts = openImageMounts();
  try {
    const offered: OfferedRuntime[] = [];
    for (const version of built) {
      await store.check(version.manifest);
      const { sha256 } = version.manifest;
      const rootfs = await mounts.mount({ sha256, file: store.file(version.manifest) });
      offered.push(offer(version, imageRuntime(version, { ...rootfs, path: version.manifest.path })));
    }
    return { offered: () => offered, close: mounts.close };
  } catch (error) {
    mounts.close();
    throw error;
  }
}

async function fetchedImages(
  { languagesFile, imageListFile }: Sources,
  from: { readonly directory: string; readonly source: string; readonly log: Log },
): Promise<Toolchains> {
  if (languagesFile === undefined) throw missing('SANDPIPER_LANGUAGES', 'languages');
  if (imageListFile === undefined) throw missing('SANDPIPER_IMAGE_LIST', 'images');
  const versions = readOfferedFile(languagesFile);
  const images = readImageList(imageListFile);
  const known = versions.map((version) => {
    const image = images.find((one) => one.language === version.language.id && one.version === version.version.version);
    if (image) return { version, image };
    const name = `${version.language.id} ${version.version.version}`;
    throw new SettingError('SANDPIPER_IMAGE_LIST', imageListFile, `lists no image of ${name}, which is offered`);
  });
  const source = openObjectSource(from.source);
  const mounts = openImageMounts();
  const cache = openImageCache({ directory: from.directory, source, mounts, log: from.log });
  return {
    offered: () =>
      known.map(({ version, image }) => ({
        version,
        prepare: async () => imageRuntime(version, { ...(await cache.rootfs(image)), path: image.path }),
      })),
    close: () => {
      mounts.close();
      source.close();
    },
  };
}

function offer(version: PresentVersion, runtime: LanguageRuntime): OfferedRuntime {
  return { version, prepare: async () => runtime };
}

function missing(setting: string, what: string): SettingError {
  return new SettingError(
    setting,
    undefined,
    `it is the list of ${what} in the runner’s archive (./sandpiper build --playground)`,
  );
}

function catalogueOf(directory: string | undefined): string {
  if (directory !== undefined) return directory;
  throw new SettingError(
    'SANDPIPER_LANGUAGES',
    undefined,
    'it is the file that `./sandpiper languages --save` writes; or set SANDPIPER_CATALOGUE, the directory of the catalogue',
  );
}

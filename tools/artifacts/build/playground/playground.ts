import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  objectsOf,
  type ArtifactManifest,
  type PushedImage,
  type PushedObject,
} from '../../../../contracts/artifact-manifest';
import type { ImageStore } from '../../../../services/images/store';
import type { BuiltVersion } from '../../../../services/languages/built-versions';
import { missingTool } from '../../../failure';
import { imageStore } from '../../images/built';
import { pinned } from '../../../provision/pinned';
import { projectDirectory } from '../../../provision/project';
import { withProgress } from '../../../provision/progress';
import { catalogue } from '../../../provision/catalogue';
import { fingerprintOf } from '../fingerprint';
import { packArchive } from './archive';
import { provideImages } from './images';
import { ObjectDirectory, writeWhole } from '../objects';
import { layGateway, layRunner, provisionIngredients, type Ingredients } from './programs';

/** Where the manifest and what it names lie; `stacks/artifacts.ts` reads it. */
export const playgroundDirectory = path.join(projectDirectory, 'dist/artifacts/linux-x64');

/** What was built for the playground's machines. */
export interface BuiltPlayground {
  readonly manifest: ArtifactManifest;
  /** Absolute path of the manifest; objects lie beside it at their keys. */
  readonly file: string;
}

/** Sources of the bundles, the page and this build; what npm installed last. */
const SOURCES = [
  'contracts',
  'services',
  'web',
  'languages',
  'tools/artifacts/build',
  'node_modules/.package-lock.json',
];
/** Go programs travel by themselves. */
const GO_PROGRAMS = ['host-agent', 'user-api'];

/**
 * Builds the archives of gateway and runner, collects the images, and writes the manifest. What is current is kept.
 *
 * @param selection of images: see {@link provideImages}
 * @throws Failure naming what is missing, and the line to run
 */
export async function buildPlayground(selection: string): Promise<BuiltPlayground> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw missingTool(
      `--playground: this is ${process.platform} ${process.arch}; the sandbox’s programs are compiled on an x64 Linux for machines like it`,
    );
  }
  const store = imageStore();
  const versions = await provideImages(catalogue(), store, selection);
  const images = versions.map(pushedImage);
  const ingredients = { ...(await provisionIngredients()), versions, images };
  const objects = ObjectDirectory.open(playgroundDirectory);
  try {
    await collectImages(objects, store, versions, images);
    const manifest: ArtifactManifest = {
      schemaVersion: 1,
      architecture: 'x64',
      gateway: await provideArchive(objects, 'gateway', ingredients),
      runner: await provideArchive(objects, 'runner', ingredients),
      images,
    };
    return { manifest, file: objects.publish(manifest, objectsOf(manifest)) };
  } finally {
    objects.close();
  }
}

function pushedImage({ manifest }: BuiltVersion): PushedImage {
  const { language, version, exactVersion, sha256, bytes, path: jobPath } = manifest;
  return { language, version, exactVersion, key: `images/${sha256}.squashfs`, sha256, bytes, path: jobPath };
}

/** @throws ImageDamagedError when a file of the store is not what was built */
async function collectImages(
  objects: ObjectDirectory,
  store: ImageStore,
  versions: readonly BuiltVersion[],
  images: readonly PushedImage[],
): Promise<void> {
  for (const [index, image] of images.entries()) {
    if (objects.keep(image)) continue;
    const { manifest } = versions[index]!;
    await withProgress(`checking the image of ${image.language} ${image.exactVersion}`, () => store.check(manifest));
    objects.add(image.key, store.file(manifest));
  }
}

/** Keeps the archive that is there when nothing of it has changed, or packs it anew. */
async function provideArchive(
  objects: ObjectDirectory,
  name: 'gateway' | 'runner',
  ingredients: Ingredients,
): Promise<PushedObject> {
  const stamp = path.join(objects.directory, `.${name}.stamp`);
  const fingerprint = fingerprintOfArchive(ingredients);
  const last = readStamp(stamp);
  if (last?.fingerprint === fingerprint && objects.keep(last.object)) return last.object;
  const directory = path.join(objects.scratch, `${name}.content`);
  const archive = path.join(objects.scratch, `${name}.tar.gz`);
  await withProgress(`bundling the ${name}`, () =>
    (name === 'gateway' ? layGateway : layRunner)(directory, ingredients),
  );
  const packed = await withProgress(`packing the ${name}’s archive`, () => packArchive(directory, archive));
  const object = { key: `${name}/${packed.sha256}.tar.gz`, ...packed };
  objects.add(object.key, archive);
  writeWhole(stamp, JSON.stringify({ fingerprint, object }));
  return object;
}

function fingerprintOfArchive({ node, runsc, sandbox, versions, images }: Ingredients): string {
  const files = [node, runsc, ...['sandbox-init', 'sandbox-launcher'].map((name) => path.join(sandbox, name))];
  const seed = JSON.stringify([pinned.node, versions, images, fingerprintOf('/', files)]);
  const leavesOut = (name: string, isDirectory: boolean): boolean => isDirectory && GO_PROGRAMS.includes(name);
  return fingerprintOf(projectDirectory, SOURCES, { seed, leavesOut });
}

function readStamp(file: string): { readonly fingerprint: string; readonly object: PushedObject } | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as { fingerprint: string; object: PushedObject };
  } catch {
    return undefined;
  }
}

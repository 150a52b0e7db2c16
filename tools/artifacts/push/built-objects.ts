import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  InvalidArtifactManifestError,
  objectsOf,
  readArtifactManifest,
  type PushedObject,
} from '../../../contracts/artifact-manifest';
import { programObjectsOf, readProgramManifest } from '../../../modules/machine/program-manifest';
import { Failure } from '../../failure';
import { projectDirectory } from '../../provision/project';

/** A file that is to lie in the bucket. */
export interface BuiltObject extends PushedObject {
  readonly file: string;
}

/** The objects of a manifest, each once, and the manifest itself. */
export interface BuiltObjects {
  readonly objects: readonly BuiltObject[];
  readonly manifest: BuiltObject;
}

/** Where `./sandpiper build` puts what it builds: the Go programs, and with `--playground` the rest. Each has a manifest of its own. */
const DIRECTORIES = ['programs', 'linux-x64'].map((name) => path.join(projectDirectory, 'dist', 'artifacts', name));

const BUILD = '`./sandpiper build` (with --playground: gateway, runner and images) builds it';

/** Whatever was built here last. @throws Failure when nothing was, or a manifest is none */
export function lastBuilt(directories = DIRECTORIES): readonly BuiltObjects[] {
  const built = directories.filter(hasManifest).map(builtObjects);
  if (built.length === 0) throw new Failure(`nothing is built in ${shown(path.dirname(directories[0]!))}; ${BUILD}`);
  return built;
}

/** What was built into one directory. @throws Failure when nothing was, or the manifest is none */
export function builtObjects(directory: string): BuiltObjects {
  const file = path.join(directory, 'manifest.json');
  if (!hasManifest(directory)) throw new Failure(`${shown(file)} does not exist; ${BUILD}`);
  const content = fs.readFileSync(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    objects: namedIn(file, content).map(({ key, sha256, bytes }) => ({
      key,
      sha256,
      bytes,
      file: fileOf(directory, key),
    })),
    manifest: { key: `manifests/${sha256}.json`, sha256, bytes: content.length, file },
  };
}

function hasManifest(directory: string): boolean {
  return fs.existsSync(path.join(directory, 'manifest.json'));
}

/** The two kinds of manifests are told apart by what only the one has. */
function namedIn(file: string, content: Buffer): readonly PushedObject[] {
  try {
    return content.includes('"programs"')
      ? programObjectsOf(readProgramManifest(file))
      : objectsOf(readArtifactManifest(file));
  } catch (error) {
    throw error instanceof InvalidArtifactManifestError ? new Failure(error.message) : error;
  }
}

/** @throws Failure when the key leads out of the directory, or the file is not what the manifest says */
function fileOf(directory: string, key: string): string {
  const file = path.resolve(directory, key);
  if (path.relative(directory, file) !== key || key.startsWith('..')) {
    throw new Failure(`${shown(directory)}/manifest.json: the key ${JSON.stringify(key)} leads out of its directory`);
  }
  return file;
}

/** A path as the user knows it. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

/** @throws Failure naming the file, what is wrong with it and how it is built */
export function damaged(file: string, what: string): Failure {
  return new Failure(`${shown(file)}: ${what}; nothing of it was sent; delete it, then ${BUILD}`);
}

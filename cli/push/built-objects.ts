import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  InvalidArtifactManifestError,
  readArtifactManifest,
  type PushedObject,
} from '../../modules/boot/artifact-manifest';
import { Failure } from '../failure';
import { projectDirectory } from '../provision/project';

/** A file that is to lie in the bucket. */
export interface BuiltObject extends PushedObject {
  readonly file: string;
}

/** Where `./sandpiper build --playground` puts what it builds. */
export const ARTIFACTS = path.join(projectDirectory, 'dist', 'artifacts', 'linux-x64');

const BUILD = '`./sandpiper build --playground` builds it';

/** What was built: the objects of the manifest, each once, and the manifest itself. @throws Failure when nothing was, or the manifest is none */
export function builtObjects(directory: string): {
  readonly objects: readonly BuiltObject[];
  readonly manifest: BuiltObject;
} {
  const file = path.join(directory, 'manifest.json');
  if (!fs.existsSync(file)) throw new Failure(`${shown(file)} does not exist; ${BUILD}`);
  const content = fs.readFileSync(file);
  const { gateway, runner, images } = manifestOf(file);
  // Two versions of a language may run in one image.
  const byKey = new Map([gateway, runner, ...images].map((object) => [object.key, object]));
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    objects: [...byKey.values()].map(({ key, sha256, bytes }) => ({
      key,
      sha256,
      bytes,
      file: fileOf(directory, key),
    })),
    manifest: { key: `manifests/${sha256}.json`, sha256, bytes: content.length, file },
  };
}

function manifestOf(file: string) {
  try {
    return readArtifactManifest(file);
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

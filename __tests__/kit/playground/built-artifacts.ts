import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ArtifactManifest, PushedObject } from '../../../contracts/artifact-manifest';
import { temporaryDirectory } from '../terraform';

/** What `./sandpiper build --playground` leaves, with random bytes for programs. */
export interface BuiltArtifacts {
  readonly directory: string;
  readonly manifest: ArtifactManifest;
  /** Key of the manifest in the bucket. */
  readonly manifestKey: string;
  file(object: PushedObject): string;
}

/** @param bytes sizes of the gateway's and the runner's archive and of one image that two versions share */
export function buildArtifacts(bytes: {
  readonly gateway: number;
  readonly runner: number;
  readonly image: number;
}): BuiltArtifacts {
  const directory = temporaryDirectory('artifacts');
  const sumOf = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  const put = (prefix: string, ending: string, size: number): PushedObject => {
    const data = randomBytes(size);
    const sha256 = sumOf(data);
    const key = `${prefix}/${sha256}${ending}`;
    fs.mkdirSync(path.join(directory, prefix), { recursive: true });
    fs.writeFileSync(path.join(directory, key), data);
    return { key, sha256, bytes: size };
  };
  const image = { language: 'python', ...put('images', '.squashfs', bytes.image) };
  const manifest: ArtifactManifest = {
    schemaVersion: 1,
    architecture: 'x64',
    gateway: put('gateway', '.tar.gz', bytes.gateway),
    runner: put('runner', '.tar.gz', bytes.runner),
    images: [
      { ...image, version: '3.11', exactVersion: '3.11.2' },
      { ...image, version: '3', exactVersion: '3.11.2' },
    ],
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  fs.writeFileSync(path.join(directory, 'manifest.json'), text);
  return {
    directory,
    manifest,
    manifestKey: `manifests/${sumOf(text)}.json`,
    file: ({ key }) => path.join(directory, key),
  };
}

import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { playgroundDirectory } from '../../../cli/build/playground/playground';
import { readArtifactManifest, type ArtifactManifest } from '../../../modules/boot/artifact-manifest';

const PROJECT = path.join(__dirname, '../../..');

/** What `./sandpiper build --playground` has built. */
export interface PlaygroundArtifacts {
  /** Absolute path of the manifest; objects lie beside it at their keys. */
  readonly file: string;
  readonly manifest: ArtifactManifest;
}

/** Builds gateway, runner and images as a user does: `--images <languages>`. What is current is kept. */
export function buildPlaygroundArtifacts(languages: readonly string[]): PlaygroundArtifacts {
  sandpiper(['build', '--playground', '--images', languages.join(',')]);
  const file = path.join(playgroundDirectory, 'manifest.json');
  return { file, manifest: readArtifactManifest(file) };
}

/** Runs a command of Sandpiper, which must succeed. @returns what it printed */
export function sandpiper(args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(path.join(PROJECT, 'sandpiper'), args, {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`sandpiper ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

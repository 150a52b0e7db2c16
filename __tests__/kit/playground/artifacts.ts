import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { playgroundDirectory } from '../../../tools/artifacts/build/playground/playground';
import { readArtifactManifest, type ArtifactManifest } from '../../../contracts/artifact-manifest';

const PROJECT = path.join(__dirname, '../../..');

/** What `./sandpiper build --playground` has built. */
export interface PlaygroundArtifacts {
  /** Absolute path of the manifest; objects lie beside it at their keys. */
  readonly file: string;
  readonly manifest: ArtifactManifest;
}

/** Builds gateway, runner and images as a user does: `--images <languages>`. What is current is kept. */
export async function buildPlaygroundArtifacts(languages: readonly string[]): Promise<PlaygroundArtifacts> {
  await sandpiper(['build', '--playground', '--images', languages.join(',')]);
  const file = path.join(playgroundDirectory, 'manifest.json');
  return { file, manifest: readArtifactManifest(file) };
}

/** Runs a command of Sandpiper, which must succeed; servers of this process may answer it. @returns what it printed */
export async function sandpiper(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(path.join(PROJECT, 'sandpiper'), args, { env: { ...process.env, ...environment } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`sandpiper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

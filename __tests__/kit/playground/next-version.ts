import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { packArchive } from '../../../tools/artifacts/build/playground/archive';
import type { ArtifactManifest, PushedObject } from '../../../contracts/artifact-manifest';
import { JOB_MESSAGE_VERSION } from '../../../services/engines/job-message-version';

const PROJECT = path.join(__dirname, '../../..');

/**
 * Gateway and runner as their next version: the same sources, of which one says that messages are of the version after this one.
 *
 * @param artifacts directory of the present manifest and its objects
 * @param directory where the next one's are written
 */
export async function buildNextVersion(artifacts: string, directory: string): Promise<ArtifactManifest> {
  const manifest = JSON.parse(fs.readFileSync(path.join(artifacts, 'manifest.json'), 'utf8')) as ArtifactManifest;
  for (const { key } of manifest.images) {
    fs.mkdirSync(path.dirname(path.join(directory, key)), { recursive: true });
    fs.copyFileSync(path.join(artifacts, key), path.join(directory, key));
  }
  const next = async (name: 'gateway' | 'runner'): Promise<PushedObject> => {
    const content = path.join(directory, `${name}.content`);
    fs.mkdirSync(content, { recursive: true });
    must('tar', ['-xzf', path.join(artifacts, manifest[name].key), '-C', content]);
    await bundleNext(name, path.join(content, `lib/${name}.js`));
    const archive = path.join(directory, `${name}.tar.gz`);
    const packed = await packArchive(content, archive);
    const key = `${name}/${packed.sha256}.tar.gz`;
    fs.mkdirSync(path.join(directory, name), { recursive: true });
    fs.renameSync(archive, path.join(directory, key));
    fs.rmSync(content, { recursive: true });
    return { key, ...packed };
  };
  const changed = { ...manifest, gateway: await next('gateway'), runner: await next('runner') };
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(changed));
  return changed;
}

/** As tools/artifacts/build/playground/bundle.ts, but for one constant. */
async function bundleNext(name: string, outfile: string): Promise<void> {
  const nextVersion: Plugin = {
    name: 'next-version',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[/]job-message-version\.ts$/ }, () => ({
        contents: `export const JOB_MESSAGE_VERSION = ${JOB_MESSAGE_VERSION + 1};`,
        loader: 'ts',
      })),
  };
  await build({
    absWorkingDir: PROJECT,
    entryPoints: [path.join('services', name, 'main.ts')],
    outfile,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    plugins: [nextVersion],
    logLevel: 'error',
  });
}

function must(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

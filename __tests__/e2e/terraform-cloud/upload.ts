import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from '../../../tools/provision/project';

/**
 * Runs the app command of cdktf.json, as `cdktf deploy` does, and returns the directory that holds the stacks' directories.
 *
 * @param checkout @default this one
 */
export function synthesize(
  outdir: string,
  settings: Readonly<Record<string, string>>,
  checkout = projectDirectory,
): string {
  const { app, status, stdout, stderr } = runApp(outdir, settings, checkout);
  if (status !== 0) throw new Error(`${app} ended with ${status}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  return path.join(outdir, 'stacks');
}

/** The same, whether it succeeds or not. */
export function runApp(outdir: string, settings: Readonly<Record<string, string>>, checkout: string) {
  const { app } = JSON.parse(fs.readFileSync(path.join(checkout, 'cdktf.json'), 'utf8')) as { app: string };
  fs.mkdirSync(outdir, { recursive: true });
  const { status, stdout, stderr } = spawnSync('sh', ['-c', app], {
    cwd: checkout,
    env: { ...process.env, CDKTF_OUTDIR: outdir, CDKTF_CONTEXT_JSON: '{}', ...settings },
    encoding: 'utf8',
  });
  return { app, status, stdout, stderr };
}

/** Every file below a directory: its content by its path in there. Links are refused: they would not travel. */
export function filesIn(directory: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of fs.readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) throw new Error(`${file} is neither a file nor a directory`);
    files.set(path.relative(directory, file), fs.readFileSync(file));
  }
  return files;
}

/** Bytes of the archive that a remote run gets. */
export function uploadBytes(directory: string): number {
  const { status, stdout, stderr } = spawnSync('tar', ['-czf', '-', '-C', directory, '.'], {
    maxBuffer: 512 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.length;
}

/** Keeps the state beside a copy in place of Terraform Cloud, and changes the provider: an override file, as Terraform merges it. */
export function overrideBackend(directory: string, provider: object = {}): void {
  fs.writeFileSync(
    path.join(directory, 'test_override.tf.json'),
    JSON.stringify({ terraform: { backend: { local: {} } }, ...provider }),
  );
}

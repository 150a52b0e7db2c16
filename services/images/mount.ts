import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Rootfs } from '../runner/rootfs';
import type { ImageStore } from './store';
import { type ImageManifest } from './store';

/** An image that is mounted, read-only, until it is closed. */
export interface MountedImage {
  readonly rootfs: Rootfs;
  close(): void;
}

/** Where images are mounted: each in a directory that names the process it is mounted for. */
const MOUNTS = '/run/sandpiper-images';

/**
 * Mounts an image. Its bytes are checked first: what a sandbox runs is what was built. Do so before a sandbox host is
 * opened: its launcher has a view of the mounts of its own. What crashed processes left mounted is unmounted.
 *
 * @throws ImageDamagedError, or Error with mount's own words (this needs root, squashfs and a loop device)
 */
export async function mountImage(store: ImageStore, manifest: ImageManifest): Promise<MountedImage> {
  await store.check(manifest);
  fs.mkdirSync(MOUNTS, { recursive: true, mode: 0o711 });
  sweep();
  const directory = fs.mkdtempSync(path.join(MOUNTS, `${process.pid}-`));
  fs.chmodSync(directory, 0o755);
  run('mount', ['-t', 'squashfs', '-o', 'ro,nodev,nosuid,loop', store.file(manifest), directory]);
  return {
    rootfs: { id: `image:${manifest.sha256}`, directory, path: manifest.path },
    close: () => unmount(directory),
  };
}

/** Lazily: a sandbox that is just ending may still hold it. */
function unmount(directory: string): void {
  run('umount', ['--lazy', directory]);
  fs.rmdirSync(directory);
}

function sweep(): void {
  for (const name of fs.readdirSync(MOUNTS)) {
    const directory = path.join(MOUNTS, name);
    if (isRunning(parseInt(name, 10))) continue;
    spawnSync('umount', ['--lazy', directory]);
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
}

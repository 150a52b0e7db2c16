import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Rootfs } from '../sandbox/rootfs';
import { readableByOthers } from '../sandbox/readable-by-others';
import { stateRoot } from '../sandbox/state-directory';

/** Images that are mounted, read-only, for one process. */
export interface ImageMounts {
  /** @throws Error with mount's own words (this needs root, squashfs and a loop device) */
  mount(image: { readonly sha256: string; readonly file: string }): Promise<Rootfs>;
  /** Lazily: a sandbox that is just starting or ending may still hold it. */
  unmount(image: { readonly sha256: string }): Promise<void>;
  /** Unmounts all. */
  close(): void;
}

/**
 * Makes a place for mounts, and unmounts what crashed processes left. What is mounted there later is seen by a sandbox host
 * that was opened after this: its launcher has mounts of its own, which follow these.
 *
 * @throws Error with mount's own words
 */
export function openImageMounts(): ImageMounts {
  const root = path.join(path.dirname(stateRoot()), 'sandpiper-images');
  readableByOthers(() => fs.mkdirSync(root, { recursive: true, mode: 0o711 }));
  if (fs.lstatSync(root).uid !== process.getuid?.()) throw new Error(`${root} belongs to someone else`);
  sweep(root);
  const directory = fs.mkdtempSync(path.join(root, `${process.pid}-`));
  // A sandbox's root user, who is nobody here, passes through.
  fs.chmodSync(directory, 0o711);
  runSync('mount', ['--bind', directory, directory]);
  // A group of its own: the launcher follows it, and the rest of the machine does not.
  runSync('mount', ['--make-private', directory]);
  runSync('mount', ['--make-shared', directory]);
  const pathOf = (sha256: string): string => path.join(directory, sha256);
  return {
    mount: async ({ sha256, file }) => {
      fs.mkdirSync(pathOf(sha256), { recursive: true });
      await run('mount', ['-t', 'squashfs', '-o', 'ro,nodev,nosuid,loop', file, pathOf(sha256)]);
      return { id: `image:${sha256}`, directory: pathOf(sha256) };
    },
    unmount: ({ sha256 }) => run('umount', ['--lazy', pathOf(sha256)]),
    close: () => unmountAll(directory),
  };
}

function sweep(root: string): void {
  for (const name of fs.readdirSync(root)) if (!isRunning(parseInt(name, 10))) unmountAll(path.join(root, name));
}

/** Nothing is removed that is still mounted: what is below it is an image's. */
function unmountAll(directory: string): void {
  spawnSync('umount', ['--lazy', '--recursive', directory]);
  for (const name of fs.readdirSync(directory)) fs.rmdirSync(path.join(directory, name));
  fs.rmdirSync(directory);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function runSync(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`)));
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${words.trim()}`))));
  });
}

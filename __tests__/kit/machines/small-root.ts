import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Copies a program of this machine into a root, with the libraries it is linked with, each to where it lies or to another path: made in
 * a moment, unlike a whole Debian.
 */
export function copyWithLibraries(program: string, root: string, target = program): void {
  copy(program, path.join(root, target));
  copyLibraries(program, root);
}

/** Copies the libraries that a program or a library is linked with. */
export function copyLibraries(file: string, root: string): void {
  const libraries = must('ldd', [file]).matchAll(/(\/\S+) \(0x/g);
  for (const [, library] of libraries) copy(library!, path.join(root, library!));
}

/** Runs a program that must succeed. @returns what it wrote @throws Error with its words */
export function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

function copy(file: string, target: string): void {
  if (fs.existsSync(target)) return;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(fs.realpathSync(file), target);
  fs.chmodSync(target, 0o755);
}

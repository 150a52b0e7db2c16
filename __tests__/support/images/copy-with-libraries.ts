import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Copies a program of this machine into a root, with the libraries it is linked with, each to where it lies or to another path. */
export function copyWithLibraries(program: string, root: string, target = program): void {
  copy(program, path.join(root, target));
  copyLibraries(program, root);
}

/** Copies the libraries that a program or a library is linked with. */
export function copyLibraries(file: string, root: string): void {
  const { status, stdout, stderr } = spawnSync('ldd', [file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ldd ${file}: ${stderr}`);
  for (const [, library] of stdout.matchAll(/(\/\S+) \(0x/g)) copy(library!, path.join(root, library!));
}

function copy(file: string, target: string): void {
  if (fs.existsSync(target)) return;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(fs.realpathSync(file), target);
  fs.chmodSync(target, 0o755);
}

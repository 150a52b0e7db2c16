import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Copies programs of this machine into a root, with the libraries that they need: made in a moment, unlike a whole Debian. */
export function copyWithLibraries(program: string, root: string): void {
  const libraries = must('ldd', [program]).matchAll(/(\/\S+) \(0x/g);
  for (const file of [program, ...[...libraries].map(([, library]) => library!)]) {
    const target = path.join(root, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (!fs.existsSync(target)) fs.copyFileSync(fs.realpathSync(file), target);
    fs.chmodSync(target, 0o755);
  }
}

/** Runs a program that must succeed. @returns what it wrote @throws Error with its words */
export function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

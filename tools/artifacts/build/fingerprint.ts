import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface FingerprintOptions {
  /** What else makes a build stale, such as its options. @default '' */
  readonly seed?: string;
  /** Files and directories that are no source, by their own names. @default none */
  readonly leavesOut?: (name: string, isDirectory: boolean) => boolean;
}

/**
 * Tells whether sources have changed since a build. Sizes and times stand for contents: reading them would cost more than the
 * rest of a start.
 *
 * @param names files, and directories with all that is below, from `root` on; one that does not exist counts as none
 */
export function fingerprintOf(root: string, names: readonly string[], options: FingerprintOptions = {}): string {
  const { seed = '', leavesOut = () => false } = options;
  const hash = crypto.createHash('sha256').update(seed);
  const add = (name: string): void => {
    const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false });
    if (stat === undefined || (name !== '.' && leavesOut(path.basename(name), stat.isDirectory()))) return;
    if (!stat.isDirectory()) return void hash.update(`${name}\0${stat.size}\0${stat.mtimeMs}\n`);
    for (const child of fs.readdirSync(path.join(root, name)).sort()) add(path.join(name, child));
  };
  names.forEach(add);
  return hash.digest('hex');
}

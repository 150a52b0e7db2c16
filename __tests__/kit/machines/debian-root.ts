import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDirectory } from '../../../tools/provision/cache';

/** What mmdebstrap is told beside the package list; part of the cached root's name. */
const OPTIONS = [
  '--mode=root',
  '--variant=minbase',
  '--aptopt=Acquire::Languages "none"',
  ...['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
];

/** The packages of a cloud's image that a machine has, from `images/<cloud>.json`. */
export function installedPackages(cloud: 'aws' | 'gcp'): string[] {
  const file = path.join(__dirname, 'images', `${cloud}.json`);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { installed: string[] }).installed;
}

/** Directory of a Debian 12 root with the package list of a cloud's image: see {@link cachedRoot}. */
export function debianRoot(cloud: 'aws' | 'gcp'): string {
  return cachedRoot(cloud, installedPackages(cloud));
}

/**
 * Directory of a Debian 12 root with some packages. Made once (40 to 90 s) and kept in the cache; never written to afterwards.
 * Any number of processes may ask at the same time.
 */
export function cachedRoot(name: string, packages: readonly string[]): string {
  const hash = crypto
    .createHash('sha256')
    .update(JSON.stringify([OPTIONS, packages]))
    .digest('hex');
  const root = cacheDirectory('machine', `${name}-${hash.slice(0, 16)}`);
  if (fs.existsSync(root)) return root;
  fs.mkdirSync(path.dirname(root), { recursive: true });
  const temporary = fs.mkdtempSync(`${root}.`);
  const { status, stderr } = spawnSync(
    'mmdebstrap',
    [...OPTIONS, `--include=${packages.join(',')}`, 'bookworm', temporary],
    // Nothing here boots from an initial ramdisk: systemd-nspawn has no kernel, and virtual machines find their disk without.
    { encoding: 'utf8', env: { ...process.env, INITRD: 'No' } },
  );
  if (status !== 0) {
    fs.rmSync(temporary, { recursive: true, force: true });
    throw new Error(`mmdebstrap could not make the ${name} root:\n${stderr.slice(-2000)}`);
  }
  fs.chmodSync(temporary, 0o755);
  try {
    fs.renameSync(temporary, root);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    if (!fs.existsSync(root)) throw error;
  }
  return root;
}

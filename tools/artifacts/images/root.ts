import * as fs from 'node:fs';
import * as path from 'node:path';
import type { DirectoryPackage, Suite } from '../../../services/languages/sources';
import { provisionNpmToolchain } from '../../provision/toolchains';
import { lockedDigest } from './lock';
import { pullReference, tlsOption, type Registry } from './reference';
import { runTool } from './tools';

/** Directories that a sandbox mounts over (services/sandbox/rootfs.ts). */
const MOUNT_POINTS = ['proc', 'dev', 'tmp', 'work', '.sandbox'];
/** Debian's own address; its packages are signed. */
const MIRROR = 'http://deb.debian.org/debian';
/** What no program of an npm toolchain reads: C headers and manuals. */
const isNotRun = (name: string): boolean => name === 'include' || name === 'share';

/** What is known of an image that was unpacked. */
export interface PulledImage {
  readonly digest: string;
  /** PATH of its configuration, if it has one. */
  readonly path?: string;
}

/** Pulls an image at its locked digest and unpacks it. */
export async function rootFromRegistry(reference: string, registry: Registry, directory: string): Promise<PulledImage> {
  const digest = lockedDigest(reference);
  const layout = `${directory}.oci`;
  const bundle = `${directory}.bundle`;
  try {
    const source = pullReference(reference, registry, digest);
    await runTool('skopeo', [
      'copy',
      '--quiet',
      ...tlsOption('src-tls-verify', registry),
      source,
      `oci:${layout}:image`,
    ]);
    await runTool('umoci', ['unpack', '--image', `${layout}:image`, bundle]);
    fs.renameSync(path.join(bundle, 'rootfs'), directory);
    const inspected = await runTool('skopeo', ['inspect', '--config', `oci:${layout}:image`]);
    const { config } = JSON.parse(inspected) as { config?: { Env?: readonly string[] } };
    const variable = config?.Env?.find((entry) => entry.startsWith('PATH='));
    return { digest, path: variable?.slice('PATH='.length) };
  } finally {
    fs.rmSync(layout, { recursive: true, force: true });
    fs.rmSync(bundle, { recursive: true, force: true });
  }
}

/**
 * Makes a root of a Debian suite and packages, with toolchains of npm where sandboxes see those of their host. What release this
 * machine has is no matter.
 */
export async function rootFromDebian(
  suite: Suite,
  packages: readonly string[],
  npm: readonly DirectoryPackage[],
  directory: string,
): Promise<void> {
  const archive = `${directory}.tar`;
  const { options, release, lines } = aptSources(suite);
  try {
    await runTool('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      // What a program in a sandbox never reads.
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      // Java's packages link their pages into it, and fail where it is not.
      '--essential-hook=mkdir -p "$1/usr/share/man/man1"',
      ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
      ...options,
      release,
      archive,
      ...lines,
    ]);
    fs.mkdirSync(directory);
    await runTool('tar', ['--extract', '--file', archive, '--directory', directory, '--exclude=./dev/*']);
  } finally {
    fs.rmSync(archive, { force: true });
  }
  for (const toolchain of npm) await addNpmToolchain(toolchain, directory);
}

/** The release, and with `-backports` what is newer there, before what the release itself has. */
function aptSources(suite: Suite): { readonly options: string[]; readonly release: string; readonly lines: string[] } {
  const release = suite.replace('-backports', '');
  const lines = [...new Set([release, suite])].map((name) => `deb ${MIRROR} ${name} main`);
  // The security archive of bullseye lists packages that it no longer has.
  if (release !== 'bullseye') lines.push(`deb ${MIRROR}-security ${release}-security main`);
  return { options: suite === release ? [] : [`--aptopt=APT::Default-Release "${suite}"`], release, lines };
}

/** Its programs are on PATH too, as in the images that the catalogue names. */
async function addNpmToolchain(toolchain: DirectoryPackage, root: string): Promise<void> {
  const source = await provisionNpmToolchain(toolchain);
  const target = path.join(root, toolchain.mount);
  fs.cpSync(source, target, {
    recursive: true,
    // Links of npm are relative; they stay as they are.
    verbatimSymlinks: true,
    filter: (file) => !isNotRun(path.relative(path.join(source, 'node_modules', toolchain.name), file)),
  });
  const bin = path.join(toolchain.directory, 'bin');
  const programs = path.join(root, bin);
  for (const name of fs.existsSync(programs) ? fs.readdirSync(programs) : []) {
    fs.symlinkSync(path.join(bin, name), path.join(root, 'usr/local/bin', name));
  }
}

/**
 * Makes a root fit for sandboxes and packs it: mount points are there, no file is a device or gives rights to who runs it, and
 * nothing of the time or the machine of the build is in the squashfs.
 */
export async function packRoot(directory: string, squashfs: string): Promise<void> {
  // Sandboxes have ids of their own, which must reach what is in it.
  fs.chmodSync(directory, 0o755);
  for (const name of MOUNT_POINTS) fs.mkdirSync(path.join(directory, name), { recursive: true, mode: 0o755 });
  for (const name of ['var/cache', 'var/log', 'var/lib/apt/lists']) emptyDirectory(path.join(directory, name));
  await runTool('find', [
    directory,
    '-xdev',
    '(',
    '-type',
    'b',
    '-o',
    '-type',
    'c',
    '-o',
    '-type',
    'p',
    '-o',
    '-type',
    's',
    ')',
    '-delete',
  ]);
  await runTool('find', [directory, '-xdev', '-type', 'f', '-perm', '/6000', '-exec', 'chmod', 'ug-s', '{}', '+']);
  fs.rmSync(squashfs, { force: true });
  const fixed = ['-all-time', '0', '-mkfs-time', '0', '-reproducible', '-no-xattrs'];
  await runTool('mksquashfs', [directory, squashfs, '-comp', 'zstd', ...fixed, '-no-progress', '-quiet'], {
    ...process.env,
    SOURCE_DATE_EPOCH: undefined,
  });
}

function emptyDirectory(directory: string): void {
  const stats = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return;
  for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name), { recursive: true, force: true });
}

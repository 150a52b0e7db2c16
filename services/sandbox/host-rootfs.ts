import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Rootfs, RootfsBind } from './rootfs';
import { readableByOthers } from './readable-by-others';

/**
 * Configuration that toolchains read and that holds no secret, copied. Everything else of the host's /etc stays there:
 * accounts, keys, host names, resolvers.
 */
const CONFIGURATION = [
  'alternatives',
  'ca-certificates',
  'debian_version',
  'ecj',
  'emacs',
  'erlang',
  'fonts',
  'fpc-3.2.2.cfg',
  'fpc.cfg',
  'ghc',
  'gnucobol',
  'gprolog',
  'groovy',
  'guile',
  'java-11-openjdk',
  'java-17-openjdk',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'ldc2.conf',
  'localtime',
  'lua',
  'mime.types',
  'mono',
  'nim',
  'octave.conf',
  'openmpi',
  'os-release',
  'perl',
  'php',
  'protocols',
  'python3',
  'python3.11',
  'R',
  'racket',
  'sbcl.rc',
  'scala',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'swi-prolog',
  'timezone',
].concat(['common-lisp', 'dmd.conf', 'emacs/site-start.d', 'openal', 'terminfo', 'xml', 'ImageMagick-6']);

const ACCOUNTS = 'root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n';
const SYNTHESIZED: Readonly<Record<string, string>> = {
  passwd: ACCOUNTS,
  group: 'root:x:0:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n',
  'resolv.conf': '',
  hostname: 'sandbox\n',
};
/** Directories of programs at the root: links into /usr since Debian 12, directories before. */
const PROGRAM_DIRECTORIES = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const MOUNT_POINTS = [
  '.sandbox',
  'proc',
  'dev',
  'tmp',
  'work',
  'usr',
  'etc',
  'home',
  'mnt',
  'opt',
  'root',
  'run',
  'srv',
  'sys',
  'var',
  'var/tmp',
];
/** State of packages that toolchains read. */
const PACKAGE_STATE = ['/var/lib/ghc', '/var/lib/gems', '/var/lib/octave'];

/**
 * Makes the rootfs of this host's own toolchains: /usr read-only, and of the rest only what compilers and interpreters need.
 *
 * @param directory is made anew
 * @param toolchains directories outside /usr to show as well, at their own or another path
 */
export function hostRootfs(directory: string, toolchains: readonly RootfsBind[] = []): Rootfs {
  return readableByOthers(() => make(directory, toolchains));
}

function make(directory: string, toolchains: readonly RootfsBind[]): Rootfs {
  fs.mkdirSync(directory, { recursive: true, mode: 0o755 });
  for (const name of MOUNT_POINTS) fs.mkdirSync(path.join(directory, name), { recursive: true, mode: 0o755 });
  const binds: RootfsBind[] = [{ source: '/usr', destination: '/usr' }];
  const bind = (source: string, destination: string): void => {
    fs.mkdirSync(path.join(directory, destination), { recursive: true, mode: 0o755 });
    binds.push({ source, destination });
  };
  for (const name of PROGRAM_DIRECTORIES) {
    const source = `/${name}`;
    const stats = fs.lstatSync(source, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), path.join(directory, name));
    else if (stats?.isDirectory()) bind(source, source);
  }
  for (const source of PACKAGE_STATE) if (fs.existsSync(source)) bind(source, source);
  for (const { source, destination } of toolchains) bind(source, destination);
  for (const name of CONFIGURATION) copyReadable(path.join('/etc', name), path.join(directory, 'etc', name));
  for (const [name, content] of Object.entries(SYNTHESIZED))
    fs.writeFileSync(path.join(directory, 'etc', name), content);
  return { id: `host:${toolchains.map(({ destination }) => destination).join(',')}`, directory, binds };
}

/** Copies what everyone may read; links stay links. */
function copyReadable(source: string, target: string): void {
  const stats = fs.lstatSync(source, { throwIfNoEntry: false });
  if (!stats) return;
  if (stats.isSymbolicLink()) {
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
    if (!fs.existsSync(target)) fs.symlinkSync(fs.readlinkSync(source), target);
  } else if (stats.isDirectory()) {
    if ((stats.mode & 0o005) !== 0o005) return;
    fs.mkdirSync(target, { recursive: true, mode: 0o755 });
    for (const name of fs.readdirSync(source)) copyReadable(path.join(source, name), path.join(target, name));
  } else if (stats.isFile() && (stats.mode & 0o004) !== 0) {
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
    fs.copyFileSync(source, target);
    fs.chmodSync(target, 0o644);
  }
}

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { missingTool } from '../failure';
import { debianPackages, type DebianNeed } from './debian-packages';
import { findExecutable } from './executable';
import { tell, withProgress } from './progress';

/** Whether packages can be had through apt here: Debian and what descends from it. */
export function isDebian(): boolean {
  return findExecutable('apt-get') !== undefined && findExecutable('dpkg-query') !== undefined;
}

/** The packages of some needs that are not installed here. Not Debian: all of them. */
export function missingDebianPackages(needs: readonly DebianNeed[]): string[] {
  return notInstalled(needs.flatMap((need) => [...debianPackages[need]]));
}

/** Those of some packages that are not installed here. Not Debian: all of them. */
export function notInstalled(names: readonly string[]): string[] {
  const wanted = [...new Set(names)];
  if (wanted.length === 0 || !isDebian()) return wanted;
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...wanted], {
    encoding: 'utf8',
    env: process.env,
  });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

/**
 * Installs what is missing of some needs, as root or with a sudo that asks for no password.
 *
 * @throws Failure with the line to run, when this process may not, or this is not Debian
 */
export async function provisionDebian(needs: readonly DebianNeed[]): Promise<void> {
  const missing = missingDebianPackages(needs);
  if (missing.length === 0) return;
  await withProgress(`installing ${missing.join(', ')}`, () => installDebianPackages(missing));
}

/** @throws Failure with the line to run, when this process may not, or this is not Debian */
export function installDebianPackages(
  names: readonly string[],
  options: { readonly release?: 'backports' } = {},
): void {
  if (!isDebian()) throw missingTool(`needs ${names.join(', ')}: Debian packages, and this is not Debian`);
  const target = options.release === undefined ? [] : ['-t', backports()];
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...target, ...names];
  const privileged = privilege();
  if (privileged === undefined) {
    throw missingTool(`needs Debian packages that are not installed; run:\n  sudo ${install.join(' ')}`);
  }
  if (options.release !== undefined) addBackports(privileged);
  // The package lists may be absent (a container) or old: they are fetched only then, for it takes a while.
  if (run([...privileged, ...install])) return;
  tell('refreshing the package lists');
  if (run([...privileged, 'apt-get', 'update']) && run([...privileged, ...install], true)) return;
  throw missingTool(`apt could not install ${names.join(', ')}; try it yourself:\n  sudo ${install.join(' ')}`);
}

/** What to put before a command that needs root; undefined when this user has no way. */
function privilege(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const hasSudo =
    findExecutable('sudo') !== undefined && spawnSync('sudo', ['-n', 'true'], { env: process.env }).status === 0;
  return hasSudo ? ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'] : undefined;
}

function run(command: readonly string[], isLast = false): boolean {
  const [program = '', ...args] = command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0 && isLast) process.stderr.write(stderr);
  return status === 0;
}

function backports(): string {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (release === undefined)
    throw missingTool('this Debian does not say which release it is: install Go yourself, from https://go.dev/dl');
  return `${release}-backports`;
}

/** Adds the backports of this release from the mirror that apt already uses. */
function addBackports(privileged: readonly string[]): void {
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'],
    {
      encoding: 'utf8',
      env: process.env,
    },
  );
  const release = backports();
  const targets = stdout.split('\n').map((line) => line.split(' '));
  if (targets.some(([, name]) => name === release)) return;
  const base = release.replace('-backports', '');
  const mirror = targets.find(([, name]) => name === base)?.[0];
  if (mirror === undefined)
    throw missingTool(`apt knows no mirror of ${base}: install Go yourself, from https://go.dev/dl`);
  const line = `deb ${mirror} ${release} main`;
  tell(`adding to apt's sources: ${line}`);
  const file = `/etc/apt/sources.list.d/sandpiper-${release}.list`;
  spawnSync([...privileged, 'tee', file][0] ?? 'tee', [...privileged, 'tee', file].slice(1), { input: `${line}\n` });
}

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { debianPackages, type DebianNeed } from './debian-packages';
import { findExecutable } from './executable';
import { readOsRelease } from './os-release';
import { tell, withProgress, type Report } from './progress';
import { runProgram } from './run-program';

/** Where apt keeps the package lists. Absent or empty in container images and minimal installations. */
const LISTS_DIRECTORY = '/var/lib/apt/lists';

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
  await installDebianPackages(missingDebianPackages(needs));
}

/** @throws Failure with the line to run, when this process may not, or this is not Debian */
export async function installDebianPackages(
  names: readonly string[],
  options: { readonly release?: 'backports' } = {},
): Promise<void> {
  if (names.length === 0) return;
  const what = names.join(', ');
  if (!isDebian()) {
    throw missingTool(
      `needs what Debian packages as ${what}: this is ${readOsRelease().name}, which has no apt; install it with this system’s package manager`,
    );
  }
  const privileged = privilege();
  if (privileged === undefined) {
    throw missingTool(`needs ${what}, which only root may install; run:\n  ${installationLine(names, options)}`);
  }
  await oneByOne(() => installAs(privileged, names, options));
}

let last: Promise<unknown> = Promise.resolve();

/** Of two that run apt at the same time, the second fails: it finds the lock taken. */
function oneByOne<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

async function installAs(
  privileged: readonly string[],
  names: readonly string[],
  options: { readonly release?: 'backports' },
): Promise<void> {
  const what = names.join(', ');
  await withProgress(`installing ${what}`, async (report) => {
    let hasLists = hasPackageLists();
    if (options.release !== undefined && (await addBackports(privileged))) hasLists = false;
    const target = options.release === undefined ? [] : ['-t', backports()];
    const install = ['install', '-y', '--no-install-recommends', ...target, ...names];
    // Lists may be old too: then what they name is gone from the mirror.
    if (hasLists && (await apt(privileged, install, report)).succeeded) return;
    report('fetching the package lists');
    const refreshed = await apt(privileged, ['update'], report);
    if (!refreshed.succeeded) throw missingTool(`apt-get update failed:\n${refreshed.stderr.trim()}`);
    const installed = await apt(privileged, install, report);
    if (installed.succeeded) return;
    throw missingTool(
      `apt could not install ${what} on ${readOsRelease().name}:\n${installed.stderr.trim()}\nTry it yourself:\n  ${installationLine(names, options)}`,
    );
  });
}

/**
 * The line that installs packages on this very machine when it is pasted into a shell: with the lists where they were never
 * fetched, the source where apt does not know it, and whatever this machine becomes root with.
 */
export function installationLine(names: readonly string[], options: { readonly release?: 'backports' } = {}): string {
  const steps: string[] = [];
  const isUnknown = options.release !== undefined && !knownSuites().includes(backports());
  if (isUnknown) steps.push(`echo '${backportsSource()}' | tee ${backportsFile()}`);
  if (isUnknown || !hasPackageLists()) steps.push('apt-get update');
  const target = options.release === undefined ? '' : `-t ${backports()} `;
  steps.push(`apt-get install -y --no-install-recommends ${target}${names.join(' ')}`);
  const line = steps.join(' && ');
  if (process.getuid?.() === 0) return line;
  if (findExecutable('sudo') === undefined) return `su -c "${line}"`;
  return steps.length === 1 ? `sudo ${line}` : `sudo sh -c "${line}"`;
}

/** The version of a package that apt would install; undefined when no source has it, or the lists were never fetched. */
export function candidateVersion(name: string): string | undefined {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: process.env });
  const version = /^ {2}Candidate: (\S+)$/m.exec(stdout ?? '')?.[1];
  return version === '(none)' ? undefined : version;
}

/** Fetches the package lists where that was never done: before it, apt knows no package. Does nothing where this process may not. */
export async function fetchPackageLists(): Promise<void> {
  const privileged = hasPackageLists() ? undefined : privilege();
  if (privileged === undefined) return;
  await oneByOne(() => withProgress('fetching the package lists', (report) => apt(privileged, ['update'], report)));
}

export function hasPackageLists(): boolean {
  try {
    return fs.readdirSync(LISTS_DIRECTORY).some((name) => /_Packages(\.\w+)?$/.test(name));
  } catch {
    return false;
  }
}

/** What to put before a command that needs root; undefined when this user has no way. */
function privilege(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const hasSudo =
    findExecutable('sudo') !== undefined && spawnSync('sudo', ['-n', 'true'], { env: process.env }).status === 0;
  return hasSudo ? ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'] : undefined;
}

/** apt reports on stdout (`APT::Status-Fd`, README.progress-reporting): sudo hands down no other descriptor. */
function apt(privileged: readonly string[], args: readonly string[], report: Report) {
  const [program = '', ...rest] = [...privileged, 'apt-get', '-o', 'APT::Status-Fd=1', ...args];
  return runProgram(program, rest, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    onLine: (line) => {
      const [, kind, percent] = /^(dlstatus|pmstatus):[^:]*:([\d.]+):/.exec(line) ?? [];
      if (kind !== undefined)
        report(`${kind === 'dlstatus' ? 'fetched' : 'unpacked'} ${Math.round(Number(percent))} %`);
    },
  });
}

function backports(): string {
  const { codename, name } = readOsRelease();
  if (codename === undefined) throw missingTool(`${name} has no code name, so that its backports have none either`);
  return `${codename}-backports`;
}

function backportsFile(): string {
  return `/etc/apt/sources.list.d/sandpiper-${backports()}.list`;
}

/** Adds the backports of this release from the mirror that apt already uses. @returns whether they are new to apt */
async function addBackports(privileged: readonly string[]): Promise<boolean> {
  if (knownSuites().includes(backports())) return false;
  const line = backportsSource();
  tell(`adding to apt's sources: ${line}`);
  const [program = '', ...args] = [...privileged, 'tee', backportsFile()];
  const { succeeded, stderr } = await runProgram(program, args, { input: `${line}\n` });
  if (!succeeded) throw missingTool(`${backportsFile()} could not be written: ${stderr.trim()}`);
  return true;
}

/** A line for apt: the mirror of this release, as the machine's own sources name it. */
function backportsSource(): string {
  const release = backports().replace('-backports', '');
  const mirror = sources().find(({ suites }) => suites.includes(release))?.uri ?? 'http://deb.debian.org/debian';
  return `deb ${mirror} ${backports()} main`;
}

function knownSuites(): string[] {
  return sources().flatMap(({ suites }) => suites);
}

/** What apt's sources name, in both of their formats (sources.list(5)): apt itself says it of fetched lists only. */
function sources(): { readonly uri: string; readonly suites: readonly string[] }[] {
  const directory = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...list(directory).map((name) => path.join(directory, name))];
  return files.flatMap((file) => {
    const text = read(file);
    return file.endsWith('.sources') ? stanzas(text) : oneLiners(text);
  });
}

function oneLiners(text: string) {
  return [...text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(([, uri = '', suite = '']) => ({
    uri: uri.replace(/\/$/, ''),
    suites: [suite],
  }));
}

function stanzas(text: string) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled').includes('no')) return [];
    return field('URIs').map((uri) => ({ uri: uri.replace(/\/$/, ''), suites: field('Suites') }));
  });
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

import * as fs from 'node:fs';
import * as path from 'node:path';
import { Failure } from '../../failure';
import { withProgress } from '../../provision/progress';
import { projectDirectory } from '../../provision/project';
import { runProgram } from '../../provision/run-program';
import { fingerprintOf } from './fingerprint';

/** The built playground page. */
export interface BuiltPage {
  /** Absolute path; holds `index.html` and `assets/`. */
  readonly directory: string;
  /** Whether it was built now, or was there already. */
  readonly isNew: boolean;
}

/** Where the built page is, whether it exists or not. */
export const pageDirectory = path.join(projectDirectory, 'dist/web');

/** What the page is made of: its own sources, the protocol's client, the languages' samples, and what npm installed last. */
const SOURCES = ['web', 'services/protocol', 'services/languages', 'languages', 'node_modules/.package-lock.json'];

/**
 * Builds the playground page with Vite, if it is stale, and tells so. Any number of processes may do it at the same time: each builds
 * in a directory of its own, and the first one stays.
 *
 * @throws Failure with Vite's own words
 */
export async function buildPage(): Promise<BuiltPage> {
  const fingerprint = fingerprintOf(projectDirectory, SOURCES);
  if (isCurrent(fingerprint)) return { directory: pageDirectory, isNew: false };
  return withProgress('building the page', () => build(fingerprint));
}

async function build(fingerprint: string): Promise<BuiltPage> {
  const temporary = `${pageDirectory}.${process.pid}`;
  const { succeeded, stdout, stderr } = await runProgram(
    process.execPath,
    [
      path.join(projectDirectory, 'node_modules/vite/bin/vite.js'),
      'build',
      ...['--config', path.join(projectDirectory, 'web/vite.config.ts')],
      ...['--configLoader', 'bundle'],
      ...['--outDir', temporary],
      ...['--logLevel', 'error'],
    ],
    // A test's NODE_ENV would build the page for development.
    { cwd: projectDirectory, env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (!succeeded) {
    fs.rmSync(temporary, { recursive: true, force: true });
    throw new Failure(`the page (web/) could not be built:\n${`${stderr}${stdout}`.trim()}`);
  }
  fs.writeFileSync(path.join(temporary, STAMP), fingerprint);
  // Another process may have been faster, and its page may be being served.
  if (isCurrent(fingerprint)) fs.rmSync(temporary, { recursive: true, force: true });
  else replace(temporary);
  return { directory: pageDirectory, isNew: true };
}

/** Lies in the directory itself, so that both are replaced at once. */
const STAMP = '.stamp';

function isCurrent(fingerprint: string): boolean {
  try {
    return fs.readFileSync(path.join(pageDirectory, STAMP), 'utf8') === fingerprint;
  } catch {
    return false;
  }
}

/** Puts a directory in the place of the page; one that another process put there meanwhile is as good. */
function replace(temporary: string): void {
  const old = `${temporary}.old`;
  try {
    if (fs.existsSync(pageDirectory)) fs.renameSync(pageDirectory, old);
    fs.renameSync(temporary, pageDirectory);
  } catch (error) {
    if (!fs.existsSync(path.join(pageDirectory, STAMP))) throw error;
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  fs.rmSync(old, { recursive: true, force: true });
}

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import type { ArtifactManifest } from '../../contracts/artifact-manifest';
import type { ProgramManifest } from '../../modules/machine/program-manifest';
import { Failure, wrongUsage } from '../failure';
import { projectDirectory } from '../provision/project';
import { configurationDiff } from './configuration-diff';
import { stackVariants } from './stack-variants';

/** What a synthesized configuration is made of. */
const SOURCES = ['main.ts', 'stacks', 'modules', 'contracts', 'cdktf.json', 'package.json', 'tsconfig.json'];
/** Where a change of what is deployed is told, from the project's directory. */
export const RELEASE_NOTES = 'MIGRATING.md';

/** What a change of the sources does to the stacks. */
export interface SynthDiff {
  /** One line for each value that differs: variant, stack, path in `cdk.tf.json`, before and after. */
  readonly differences: readonly string[];
  /** Whether the release notes differ too, as they must where a configuration does. */
  readonly isInReleaseNotes: boolean;
}

/** The commit where this branch left `main`, or undefined where there is no such branch. */
export function baseOfBranch(): string | undefined {
  for (const main of ['origin/main', 'main']) {
    const { status, stdout } = git(['merge-base', 'HEAD', main]);
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/**
 * Synthesizes both stacks in every variant of settings, from a commit and from the working tree, and compares them. Both are given the same
 * stand-ins for built programs, so that nothing need be built and no hash of a program differs. Both use the packages of this checkout.
 *
 * @throws Failure when git does not know the commit, or when either does not synthesize
 */
export async function synthDiff(base: string): Promise<SynthDiff> {
  const commit = commitOf(base);
  const isInReleaseNotes = differs(commit, [RELEASE_NOTES]);
  if (!differs(commit, SOURCES)) return { differences: [], isInReleaseNotes };
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-synth-diff-'));
  try {
    const trees = { before: path.join(directory, 'before'), after: path.join(directory, 'after') };
    Object.values(trees).forEach((tree) => fs.mkdirSync(tree));
    extractCommit(commit, trees.before);
    for (const name of SOURCES) {
      fs.cpSync(path.join(projectDirectory, name), path.join(trees.after, name), { recursive: true });
    }
    const [before, after] = await Promise.all([synthesizeVariants(trees.before), synthesizeVariants(trees.after)]);
    return { differences: configurationDiff(before, after), isInReleaseNotes };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function commitOf(base: string): string {
  const { status, stdout } = git(['rev-parse', '--verify', '--quiet', `${base}^{commit}`]);
  if (status !== 0) throw wrongUsage(`git knows no commit ${JSON.stringify(base)} here; fetch it, or name another`);
  return stdout.trim();
}

/** Whether files differ between a commit and the working tree, new files included. */
function differs(commit: string, files: readonly string[]): boolean {
  const untracked = git(['ls-files', '--others', '--exclude-standard', '--', ...files]).stdout;
  return git(['diff', '--quiet', commit, '--', ...files]).status !== 0 || untracked !== '';
}

/** Of the sources, an older commit may have less. */
function extractCommit(commit: string, directory: string): void {
  const there = git(['ls-tree', '--name-only', commit, '--', ...SOURCES])
    .stdout.trim()
    .split('\n');
  const archive = execFileSync('git', ['archive', commit, '--', ...there], {
    cwd: projectDirectory,
    maxBuffer: 1 << 28,
  });
  execFileSync('tar', ['-x', '-C', directory], { input: archive });
}

function git(args: readonly string[]) {
  return spawnSync('git', args, { cwd: projectDirectory, encoding: 'utf8' });
}

/** What each variant synthesizes from one tree: `<variant>, <stack>` to its `cdk.tf.json`. */
async function synthesizeVariants(tree: string): Promise<Record<string, unknown>> {
  writeStandIns(path.join(tree, 'dist'));
  fs.symlinkSync(path.join(projectDirectory, 'node_modules'), path.join(tree, 'node_modules'));
  // As deep below the project as the compiled app is, for some sources look for the project from where they are.
  const app = path.join(tree, 'dist/app/main.js');
  buildSync({
    absWorkingDir: tree,
    entryPoints: ['main.ts'],
    outfile: app,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  const { PATH } = process.env;
  const configurations: Record<string, unknown> = {};
  for (const [variant, settings] of Object.entries(stackVariants)) {
    const outdir = path.join(tree, 'cdktf.out');
    await promisify(execFile)(process.execPath, [app], {
      cwd: tree,
      env: { PATH, ...settings, CDKTF_OUTDIR: outdir },
    }).catch(({ stderr }: { stderr: string }) => {
      throw new Failure(
        `${path.basename(tree)} the change, the stacks of ${variant} cannot be synthesized: ${stderr.trim()}`,
      );
    });
    for (const stack of fs.readdirSync(path.join(outdir, 'stacks'))) {
      const file = path.join(outdir, 'stacks', stack, 'cdk.tf.json');
      configurations[`${variant}, ${stack}`] = JSON.parse(fs.readFileSync(file, 'utf8'));
    }
    fs.rmSync(outdir, { recursive: true });
  }
  return configurations;
}

/** Stand-ins for what `./sandpiper build` makes: the same bytes and hashes for every commit. */
function writeStandIns(dist: string): void {
  const object = (key: string) => ({ key: `${key}-${'0'.repeat(64)}`, sha256: '0'.repeat(64), bytes: 1 });
  const artifacts: ArtifactManifest = {
    schemaVersion: 1,
    architecture: 'x64',
    gateway: object('gateway/'),
    runner: object('runner/'),
    images: ['python', 'javascript', 'bash'].map((language) => ({
      ...object(`images/${language}`),
      language,
      version: '1',
      exactVersion: '1',
    })),
  };
  const programs = { userApi: object('user-api/'), hostAgent: object('host-agent/') };
  const manifest: ProgramManifest = { schemaVersion: 1, programs: { x64: programs, arm64: programs } };
  const files: Readonly<Record<string, string>> = {
    'artifacts/linux-x64/manifest.json': JSON.stringify(artifacts),
    'artifacts/programs/manifest.json': JSON.stringify(manifest),
    ...Object.fromEntries(
      ['x64', 'arm64'].flatMap((architecture) =>
        ['user-api', 'host-agent'].map((program) => [`bin/linux-${architecture}/${program}`, program]),
      ),
    ),
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dist, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

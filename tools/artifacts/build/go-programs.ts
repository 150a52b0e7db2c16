import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Failure, missingTool } from '../../failure';
import { findGo } from '../../provision/go';
import { withProgress } from '../../provision/progress';
import { projectDirectory } from '../../provision/project';
import { runProgram } from '../../provision/run-program';
import { fingerprintOf } from './fingerprint';

/** Programs written in Go: each is `services/<name>`, a module of its own. */
export const goPrograms = ['user-api', 'host-agent'] as const;

/** A machine that a program is built for: the ones in the clouds, and this one. */
export type GoTarget = 'linux-x64' | 'linux-arm64' | 'host';

/** What one build wrote. */
export interface BuiltProgram {
  readonly program: string;
  readonly target: GoTarget;
  /** Absolute path. */
  readonly file: string;
  /** Whether it was built now, or was there already. */
  readonly isNew: boolean;
}

const ENVIRONMENT: Readonly<Record<GoTarget, NodeJS.ProcessEnv>> = {
  'linux-x64': { GOOS: 'linux', GOARCH: 'amd64' },
  'linux-arm64': { GOOS: 'linux', GOARCH: 'arm64' },
  host: { GOOS: undefined, GOARCH: undefined },
};

/** Everything that would differ between two machines is left out of the binary: paths, version control, build id. */
const REPRODUCIBLE = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];

/** Path of a built program, whether it exists or not. */
export function builtProgram(program: string, target: GoTarget): string {
  return path.join(projectDirectory, 'dist/bin', target, program);
}

/**
 * Builds what is stale. Any number of processes may do it at the same time: they write the same bytes.
 *
 * @throws Failure when there is no Go but something to build, or with the compiler's own words
 */
export function buildGoPrograms(
  targets: readonly GoTarget[],
  programs: readonly string[] = goPrograms,
): BuiltProgram[] {
  return programs.flatMap((program) => {
    const fingerprint = sourcesOf(program);
    return targets.map((target) => {
      const file = builtProgram(program, target);
      const isNew = !isCurrent(file, fingerprint);
      if (isNew) build(program, target, fingerprint);
      return { program, target, file, isNew };
    });
  });
}

/**
 * As {@link buildGoPrograms}, without blocking this process: where something is stale, it is told what is built and how far that is.
 * Go may have to fetch the version of itself that a go.mod asks for.
 */
export async function provideGoPrograms(
  targets: readonly GoTarget[],
  programs: readonly string[] = goPrograms,
): Promise<BuiltProgram[]> {
  const built: BuiltProgram[] = [];
  for (const program of programs) {
    const fingerprint = sourcesOf(program);
    for (const target of targets) {
      const file = builtProgram(program, target);
      const isNew = !isCurrent(file, fingerprint);
      if (isNew) {
        const { go, args, options } = buildCommand(program, target);
        let packages = 0;
        await withProgress(`building ${program} for ${target}`, async (report) => {
          const onLine = (line: string): void =>
            report(line.startsWith('go: ') ? line.slice('go: '.length) : `${++packages} packages compiled`);
          const { succeeded, stderr } = await runProgram(go, ['build', '-v', ...args], { ...options, onLine });
          conclude(program, target, fingerprint, succeeded ? undefined : stderr);
        });
      }
      built.push({ program, target, file, isNew });
    }
  }
  return built;
}

function build(program: string, target: GoTarget, fingerprint: string): void {
  const { go, args, options } = buildCommand(program, target);
  const { status, stderr, error } = spawnSync(go, ['build', ...args], { ...options, encoding: 'utf8' });
  conclude(program, target, fingerprint, error || status !== 0 ? (error?.message ?? stderr) : undefined);
}

/** The build of a program into {@link temporaryOf} its file. */
function buildCommand(program: string, target: GoTarget) {
  const go = findGo();
  if (go === undefined) {
    throw missingTool(
      `services/${program} is built with Go, which is not on PATH: run \`./sandpiper build\`, which installs it`,
    );
  }
  const file = builtProgram(program, target);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return {
    go,
    args: [...REPRODUCIBLE, '-o', temporaryOf(file), '.'],
    options: {
      cwd: path.join(projectDirectory, 'services', program),
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        GOFLAGS: '',
        GOAMD64: undefined,
        GOARM64: undefined,
        ...ENVIRONMENT[target],
      },
    },
  };
}

/** Puts what was built in its place. @throws Failure with the compiler's own words, where it has some */
function conclude(program: string, target: GoTarget, fingerprint: string, problem: string | undefined): void {
  const file = builtProgram(program, target);
  if (problem !== undefined) {
    fs.rmSync(temporaryOf(file), { force: true });
    throw new Failure(`services/${program} could not be built for ${target}:\n${problem.trim()}`);
  }
  fs.renameSync(temporaryOf(file), file);
  fs.writeFileSync(stampOf(file), fingerprint);
}

function temporaryOf(file: string): string {
  return `${file}.${process.pid}`;
}

/** SHA-256 of a file, in lower-case hex. */
export function sha256(file: string): string {
  return crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}

function isCurrent(file: string, fingerprint: string): boolean {
  try {
    return fs.existsSync(file) && fs.readFileSync(stampOf(file), 'utf8') === fingerprint;
  } catch {
    return false;
  }
}

function stampOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.stamp`);
}

/** What would change the program; its tests would not. */
function sourcesOf(program: string): string {
  const root = path.join(projectDirectory, 'services', program);
  if (!fs.existsSync(path.join(root, 'go.mod'))) throw new Failure(`services/${program}/go.mod does not exist`);
  const leavesOut = (name: string, isDirectory: boolean): boolean =>
    isDirectory ? name === 'testdata' || name.startsWith('.') : name.endsWith('_test.go');
  return fingerprintOf(root, ['.'], { seed: REPRODUCIBLE.join(' '), leavesOut });
}

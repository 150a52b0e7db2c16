import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** What the sandbox needs on its host beside a runtime. */
export interface SandboxPrograms {
  /** Process 1 of every sandbox. */
  readonly init: string;
  /** Starts runtimes. */
  readonly launcher: string;
  /** Shared object that programs of a job may be started with. */
  readonly stdio: string;
  /** Directory of what interpreters are started with. */
  readonly prestart: string;
}

/** Static, so that it runs in any rootfs; no relocation, so that it starts as fast as a process can. */
const PROGRAM_FLAGS = ['-std=gnu17', '-O2', '-Wall', '-static', '-no-pie', '-s'];
/** Loaded into programs of any C library: it names none, and is as small as can be. */
const SHARED_FLAGS = ['-std=gnu17', '-O2', '-Wall', '-shared', '-fPIC', '-nostdlib', '-s', '-Wl,-z,noseparate-code'];
/** Whichever comes first on PATH. */
const COMPILERS = ['cc', 'gcc', 'gcc-12', 'gcc-13', 'gcc-14', 'clang'];

/**
 * Finds the programs, compiled for this machine, in a directory; compiles what is stale. Any number of processes may.
 *
 * @param directory where they are kept, such as `dist/bin/host`
 * @param sources directory of `init` and `launcher`; absent on a machine that only has the compiled ones
 * @throws Error with the compiler's own words, or when there is none
 */
export function sandboxPrograms(directory: string, sources?: string): SandboxPrograms {
  const prestart = path.join(directory, 'prestart');
  if (sources) copyChanged(path.join(sources, 'prestart'), prestart);
  return {
    init: program('init', directory, sources),
    launcher: program('launcher', directory, sources),
    stdio: program('stdio', directory, sources, SHARED_FLAGS),
    prestart,
  };
}

/** Leaves alone what is as it should be: another user than the one who builds may not write there. */
function copyChanged(source: string, target: string): void {
  for (const name of fs.readdirSync(source)) {
    const [from, to] = [path.join(source, name), path.join(target, name)];
    if (fs.existsSync(to) && fs.readFileSync(from).equals(fs.readFileSync(to))) continue;
    fs.mkdirSync(target, { recursive: true });
    fs.copyFileSync(from, `${to}.${process.pid}`);
    fs.renameSync(`${to}.${process.pid}`, to);
  }
}

function program(name: string, directory: string, sources?: string, flags = PROGRAM_FLAGS): string {
  const file = path.join(directory, `sandbox-${name}`);
  const source = sources && path.join(sources, name);
  if (source === undefined || !fs.existsSync(source)) {
    if (!fs.existsSync(file)) throw new Error(`${file} is not there, nor is its source`);
    return file;
  }
  const stamp = path.join(directory, `.sandbox-${name}.stamp`);
  const files = fs.readdirSync(source).map((entry) => path.join(source, entry));
  const hash = crypto.createHash('sha256').update(flags.join(' '));
  for (const each of files.sort()) hash.update(fs.readFileSync(each));
  const fingerprint = hash.digest('hex');
  if (fs.existsSync(file) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint) return file;
  fs.mkdirSync(directory, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  compile(
    files.filter((each) => each.endsWith('.c')),
    temporary,
    flags,
  );
  fs.renameSync(temporary, file);
  fs.writeFileSync(stamp, fingerprint);
  return file;
}

function compile(sources: readonly string[], output: string, flags: readonly string[]): void {
  for (const compiler of COMPILERS) {
    const { error, status, stderr } = spawnSync(compiler, [...flags, '-o', output, ...sources], { encoding: 'utf8' });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') continue;
    if (error || status !== 0)
      throw new Error(`${sources.join(', ')} cannot be compiled:\n${error?.message ?? stderr.trim()}`);
    return;
  }
  throw new Error(`${sources.join(', ')} needs a C compiler: install gcc and libc6-dev`);
}

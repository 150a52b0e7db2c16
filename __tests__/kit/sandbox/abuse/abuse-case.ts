import type { ExitEvent } from '../../../../services/protocol/events';
import type { Job } from '../../../../services/protocol/job';
import type { RequestedLimits } from '../../../../services/protocol/limits';
import type { RuntimeName } from '../../../../services/sandbox/runtime';
import type { JobResult } from '../sandbox-host';

/** How a job must end. `reason`, `limit` and `stage` are exact, none of them one of several; the rest where it is given. */
export type Verdict = Pick<ExitEvent, 'reason'> & Partial<Pick<ExitEvent, 'limit' | 'stage' | 'exitCode' | 'signal'>>;

/** A program that attacks, and how its containment shows. */
export interface AbuseCase {
  readonly name: string;
  readonly language: 'bash' | 'python' | 'c' | 'cpp';
  readonly code: string;
  /**
   * The line by which the attack says that it is about to strike. It then waits for a line on its standard input, which it
   * is given once its own has come out: so what it does cannot take with it the word that it was there.
   */
  readonly announces?: string;
  readonly limits?: RequestedLimits;
  readonly args?: Job['args'];
  readonly files?: Job['files'];
  /** For both runtimes, or for each. */
  readonly ends: Verdict | Readonly<Record<'linux' | 'runsc', Verdict>>;
  /** Fails unless the attack ran and was contained. */
  readonly check?: (result: JobResult, runtime: RuntimeName) => void;
}

export const MEBIBYTE = 1024 * 1024;

/**
 * Small limits, so that a bomb meets them soon; times long enough for what a slow machine does before the attack (gVisor and a
 * compiler start several times slower on a busy one), and for no other limit to be met first.
 */
export const tight: RequestedLimits = {
  run: { wallMs: 60_000, cpuMs: 30_000, memoryBytes: 64 * MEBIBYTE, processes: 24, openFiles: 64, outputBytes: 65_536 },
  compile: { wallMs: 60_000, cpuMs: 30_000, memoryBytes: 96 * MEBIBYTE, processes: 24 },
  workBytes: 8 * MEBIBYTE,
  workInodes: 256,
};
export const withRun = (run: RequestedLimits['run']): RequestedLimits => ({ ...tight, run: { ...tight.run, ...run } });
export const withCompile = (compile: RequestedLimits['compile']): RequestedLimits => ({
  ...tight,
  compile: { ...tight.compile, ...compile },
});

export const ended: Verdict = { reason: 'ok', exitCode: 0 };
/** Under gVisor the kernel may end the program or gVisor itself, in which most of the memory lies: with or without a signal. */
export const outOfMemory: Readonly<Record<'linux' | 'runsc', Verdict>> = {
  linux: { reason: 'outOfMemory', limit: 'memory', signal: 'SIGKILL' },
  runsc: { reason: 'outOfMemory', limit: 'memory' },
};

/** Number that a program printed as `<name>=<number>`. */
export function counted(result: JobResult, name: string): number {
  const match = new RegExp(`${name}=(\\d+)`).exec(result.stdout);
  expect(result.stdout).toMatch(`${name}=`);
  return Number(match![1]);
}

/** What a program printed for attempts of the form `<name>: <outcome>`, by name. */
export function outcomes({ stdout }: Pick<JobResult, 'stdout'>): Record<string, string> {
  const lines = stdout.split('\n').filter((line) => line.includes(': '));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}

/** The same outcome for many attempts. */
export function each(names: readonly string[], outcome: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, outcome]));
}

/** Tries system calls by number, as no library would. */
export const SYSCALLS = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, *args):
    ctypes.set_errno(0)
    result = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    print(f"{name}: {'DONE' if result != -1 else errno.errorcode[ctypes.get_errno()]}", flush=True)
`;

/** Looks at files and directories, or writes to files. */
export const OPENS = `
import os
def look(path, mode='rb'):
    try:
        if os.path.isdir(path):
            print(f"{path}: {'READ' if os.listdir(path) else 'empty'}")
        else:
            with open(path, mode, buffering=0) as f:
                print(f"{path}: {'WRITTEN' if 'w' in mode and f.write(b'1') else 'READ' if 'r' in mode and f.read(16) else 'empty'}")
    except FileNotFoundError:
        print(f"{path}: absent")
    except OSError as e:
        print(f"{path}: refused")
`;

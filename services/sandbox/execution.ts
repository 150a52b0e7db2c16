import * as os from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Limit } from '../protocol/events';
import type { StageLimits } from '../protocol/limits';
import type { Cgroup, CgroupLimits, CgroupUsage } from './cgroup';
import type { Command, CommandEnd, CommandOutput, RunningCommand } from './command';
import { encodeNumbers, toInit } from './frames';
import { outputCap, type OutputCap } from './output-cap';
import type { Runtime } from './runtime';
import { stdinWindow } from './stdin-window';
import { errnoName } from './system-names';

/** What the init says at the end of a command. */
export interface InitEnd {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly cpuMs: number;
  readonly maxResidentBytes: number;
  readonly isDiskFull: boolean;
  /** By the runtime's own kernel; the host's counter is in the cgroup. */
  readonly refusedProcesses: number;
}

/** A command from its start to its end: clocks, limits, and what they lead to. */
export interface Execution {
  start(limits: StageLimits, output: CommandOutput): RunningCommand;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  acknowledge(bytes: number): void;
  ended(end: InitEnd): void;
  notStarted(errno: number): void;
  lost(reason: string): void;
  readonly isOver: boolean;
  /** Whether it ended before it was started: an interpreter that was to wait and did not. */
  readonly isSpent: boolean;
}

export interface ExecutionProps {
  readonly cgroup?: Cgroup;
  readonly groupLimits: (command: Pick<Command, 'limits'>) => CgroupLimits;
  readonly runtime: Runtime;
  /** What is started, for the words when it cannot be. */
  readonly program: string;
  readonly send: (type: string, payload?: Buffer) => void;
  /** Ends the sandbox from outside. */
  readonly hardKill: () => void;
}

type Cause = Pick<CommandEnd, 'reason' | 'limit' | 'message'>;

/** A killed command ends within milliseconds; after this its sandbox is ended from outside. */
const KILL_TIMEOUT_MS = 1_000;
/** The processor's account is read when the limit could first be met, then this often at most and at least. */
const CPU_POLL_MIN_MS = 5;
const CPU_POLL_MAX_MS = 250;
/** As a shell says it: the program could not be started, or is not there. */
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;
const START_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file, or not the interpreter that it names (ENOENT)',
  EACCES: 'it is not executable (EACCES)',
  ENOEXEC: 'it is no program for this machine (ENOEXEC)',
  E2BIG: 'its arguments are too long (E2BIG)',
  EAGAIN: 'the limit of processes is met (EAGAIN)',
};
const NO_USAGE: CgroupUsage = { cpuMs: 0, peakMemoryBytes: 0, oomKills: 0, refusedProcesses: 0 };

export function watchExecution({ cgroup, groupLimits, runtime, program, send, hardKill }: ExecutionProps): Execution {
  let stdout: OutputCap | undefined;
  let stderr: OutputCap | undefined;
  let cause: Cause | undefined;
  let before = NO_USAGE;
  let startedAt = 0;
  let finish: (end: CommandEnd) => void = () => undefined;
  let isOver = false;
  let isSpent = false;
  /** What came before the start: only from an interpreter that failed while it waited. */
  const early: (() => void)[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const stdin = stdinWindow(
    (data) => send(toInit.stdin, data),
    () => send(toInit.closeStdin),
  );

  const stop = (why: Cause): void => {
    if (cause || isOver) return;
    cause = why;
    send(toInit.killAll);
    after(KILL_TIMEOUT_MS, hardKill);
  };
  const end = (how: Cause & Pick<CommandEnd, 'exitCode' | 'signal'>, init?: InitEnd): void => {
    if (isOver) return;
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    stdin.drop();
    const usage = cgroup?.usage();
    finish({
      ...how,
      usage: {
        wallMs: performance.now() - startedAt,
        cpuMs: usage ? usage.cpuMs - before.cpuMs : (init?.cpuMs ?? 0),
        peakMemoryBytes: usage?.peakMemoryBytes || (init?.maxResidentBytes ?? 0),
        stdoutBytes: stdout?.bytes ?? 0,
        stderrBytes: stderr?.bytes ?? 0,
      },
    });
  };
  const whenStarted = (act: () => void): void => {
    if (startedAt > 0) act();
    else early.push(act);
  };
  const endWhenStarted = (act: () => void): void => {
    isSpent ||= startedAt === 0;
    whenStarted(act);
  };
  const watchCpu = (limits: StageLimits, cpus: number): void => {
    if (!cgroup) return;
    const left = limits.cpuMs - (cgroup.usage().cpuMs - before.cpuMs);
    if (left <= 0) return stop({ reason: 'timeout', limit: 'cpu' });
    return after(Math.min(CPU_POLL_MAX_MS, Math.max(CPU_POLL_MIN_MS, left / cpus)), () => watchCpu(limits, cpus));
  };
  /** What the kernel's counters say that the exit status does not. */
  const counted = (): Limit | undefined => {
    const now = cgroup?.usage() ?? NO_USAGE;
    if (now.oomKills > before.oomKills) return 'memory';
    return now.refusedProcesses > before.refusedProcesses ? 'processes' : undefined;
  };

  return {
    get isOver() {
      return isOver;
    },
    get isSpent() {
      return isSpent;
    },
    start: (limits, output) => {
      const ended = new Promise<CommandEnd>((resolve) => (finish = resolve));
      const group = groupLimits({ limits });
      stdout = outputCap(limits.outputBytes, (chunk) => output.stdout(chunk));
      stderr = outputCap(limits.outputBytes, (chunk) => output.stderr(chunk));
      startedAt = performance.now();
      try {
        cgroup?.resetPeak();
        before = cgroup?.usage() ?? NO_USAGE;
        cgroup?.setLimits(group);
      } catch {
        // The kernel does not set a limit below what is in use and cannot be freed.
        setImmediate(() => stop({ reason: 'outOfMemory', limit: 'memory' }));
      }
      after(limits.wallMs, () => stop({ reason: 'timeout', limit: 'wall' }));
      after(Math.max(CPU_POLL_MIN_MS, Math.min(limits.cpuMs / group.cpus, limits.wallMs)), () =>
        watchCpu(limits, group.cpus),
      );
      for (const act of early) setImmediate(act);
      return {
        writeStdin: (data) => stdin.write(data),
        closeStdin: () => stdin.close(),
        signal: (name) => send(toInit.signal, encodeNumbers(os.constants.signals[name])),
        cancel: () => stop({ reason: 'cancelled' }),
        ended,
      };
    },
    stdout: (chunk) => whenStarted(() => stdout!.take(chunk) || stop({ reason: 'outputLimit', limit: 'output' })),
    stderr: (chunk) => whenStarted(() => stderr!.take(chunk) || stop({ reason: 'outputLimit', limit: 'output' })),
    acknowledge: (bytes) => stdin.acknowledge(bytes),
    notStarted: (errno) =>
      endWhenStarted(() => {
        const message = `${program} cannot be started: ${START_PROBLEMS[errnoName(errno)] ?? errnoName(errno)}`;
        // As a shell says it, where every client looks.
        stderr!.take(Buffer.from(`sandpiper: ${message}\n`));
        const exitCode = errnoName(errno) === 'ENOENT' ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
        end({ reason: 'ok', exitCode, message });
      }),
    ended: (init) =>
      endWhenStarted(() => {
        const { exitCode, signal } = init;
        if (cause) return end({ ...cause, exitCode, signal }, init);
        const limit = counted() ?? (init.refusedProcesses > 0 ? 'processes' : undefined);
        if (limit === 'memory' && signal === 'SIGKILL') return end({ reason: 'outOfMemory', limit, signal }, init);
        if (signal === 'SIGXCPU') return end({ reason: 'timeout', limit: 'cpu', signal }, init);
        if (signal === 'SIGXFSZ') return end({ reason: 'limitExceeded', limit: 'fileSize', signal }, init);
        return end({ reason: 'ok', exitCode, signal, limit: limit ?? (init.isDiskFull ? 'disk' : undefined) }, init);
      }),
    lost: (reason) =>
      endWhenStarted(() => {
        if (cause) return end(cause);
        const limit = counted();
        if (limit === 'memory') return end({ reason: 'outOfMemory', limit });
        if (limit === 'processes') return end({ reason: 'limitExceeded', limit });
        return end({ reason: 'sandboxError', message: `${runtime.name}: ${reason}` });
      }),
  };
}

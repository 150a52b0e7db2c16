import {
  numberEvents,
  type ExitEvent,
  type RunnerEvent,
  type Stage,
  type UnnumberedEvent,
  type UsageEvent,
} from '../protocol/events';
import type { Encoding, Job } from '../protocol/job';
import { narrowLimits, type StageLimits } from '../protocol/limits';
import type { LanguageRuntime } from './language-runtime';
import { outputEncoder } from './output';
import { filledCommand, withOptions, type CommandVariables } from './job-command';
import { prestartOf } from './prestart';
import type { CommandEnd, CommandOutput, RunningCommand } from './command';
import { FileRefusedError, type SandboxFile } from './sandbox';
import { jobEnvironment, type SandboxPool, type PooledSandbox } from './sandbox-pool';

/** A job that runs. */
export interface RunningJob {
  /** Resolves when the program's pipe has taken it. Before the run stage it waits. */
  writeStdin(data: Buffer): Promise<void>;
  closeStdin(): void;
  /** Sends a signal to the program. Without effect before the run stage. */
  signal(name: NodeJS.Signals): void;
  cancel(): void;
  /** Resolves with the last event. Never rejects. */
  readonly ended: Promise<ExitEvent>;
}

export interface RunJobProps {
  readonly job: Job;
  readonly runtime: LanguageRuntime;
  readonly sandboxPool: SandboxPool;
  readonly emit: (event: RunnerEvent) => void;
  /** Number of the first event. @default 1 */
  readonly firstSeq?: number;
}

type Exit = Omit<ExitEvent, 'seq' | 'type'>;

/** Compiles (if the language does) and runs one job in a sandbox of its own, which is gone when the job has ended. */
export function runJob({ job, runtime: plain, sandboxPool, emit, firstSeq }: RunJobProps): RunningJob {
  const runtime: LanguageRuntime = {
    ...plain,
    compile: plain.compile && withOptions(plain.compile, job.compileOptions),
    run: withOptions(plain.run, job.runOptions),
  };
  let last: RunnerEvent | undefined;
  const send = numberEvents((event) => {
    last = event;
    emit(event);
  }, firstSeq);
  const limits = narrowLimits(runtime.limits, job.limits);
  const sourceFile = job.files[0]!.name ?? runtime.sourceFile;
  const own = job.files.map(({ name, content, encoding }) => ({
    name: name ?? runtime.sourceFile,
    content: Buffer.from(content, encoding ?? 'utf8'),
  }));
  const helpers = (runtime.files ?? []).filter(({ name }) => !own.some((file) => file.name === name));
  const files = [...own, ...helpers.map(({ name, content }) => ({ name, content: Buffer.from(content) }))];
  let isCancelled = false;
  let current: RunningCommand | undefined;
  let program: RunningCommand | undefined;
  let programStarted: (command: RunningCommand | undefined) => void;
  const started = new Promise<RunningCommand | undefined>((resolve) => (programStarted = resolve));

  const stage = async (name: Stage, start: (output: CommandOutput) => RunningCommand): Promise<CommandEnd> => {
    send({ type: 'stage', stage: name });
    const output = stageOutput(job.outputEncoding ?? 'utf8', limits[name], send);
    current = start(output.handlers);
    if (isCancelled) current.cancel();
    if (name === 'compile') current.closeStdin();
    else {
      program = current;
      const first = job.stdin === undefined ? undefined : Buffer.from(job.stdin, job.stdinEncoding ?? 'utf8');
      if (first) void current.writeStdin(first);
      if (!job.stdinOpen) current.closeStdin();
      programStarted(current);
    }
    const end = await current.ended;
    output.end(end);
    send(usageOf(end, name));
    return end;
  };

  const run = async (): Promise<Exit> => {
    let pooled: PooledSandbox | undefined;
    try {
      pooled = await sandboxPool.take(runtime, limits, sourceFile);
      if (isCancelled) return { reason: 'cancelled', stage: runtime.compile ? 'compile' : 'run' };
      return await runStages(pooled, files);
    } catch (error) {
      // What the job itself brought does not fit: every other sandbox would say the same.
      if (error instanceof FileRefusedError) {
        const stage = runtime.compile ? 'compile' : 'run';
        return { reason: 'limitExceeded', limit: error.isDiskFull ? 'disk' : undefined, stage, message: error.message };
      }
      return {
        reason: 'sandboxError',
        stage: program || !runtime.compile ? 'run' : 'compile',
        message: (error as Error).message,
      };
    } finally {
      programStarted(undefined);
      if (pooled) sandboxPool.release(pooled);
    }
  };

  const runStages = async ({ sandbox, waiting }: PooledSandbox, jobFiles: readonly SandboxFile[]): Promise<Exit> => {
    const variablesOf = (name: Stage): CommandVariables => ({
      sourceFile,
      files: own.map((file) => file.name),
      memoryBytes: limits[name].memoryBytes,
    });
    await sandbox.writeFiles(jobFiles, runtime.compile ? limits.compile : limits.run);
    if (runtime.compile) {
      const argv = filledCommand(runtime.compile, variablesOf('compile'));
      const env = jobEnvironment(runtime, variablesOf('compile'));
      const end = await stage('compile', (output) => sandbox.run({ argv, env, limits: limits.compile }, output));
      if (end.reason !== 'ok') return exitOf(end, 'compile');
      if (end.exitCode !== 0) {
        // A driver such as gcc lives on when the kernel ends the compiler proper.
        const reason = end.limit === 'memory' ? 'outOfMemory' : 'compileError';
        return { ...exitOf(end, 'compile'), reason };
      }
      if (isCancelled) return { reason: 'cancelled', stage: 'compile' };
    }
    const args = job.args ?? [];
    const variables = variablesOf('run');
    const argv = [...filledCommand(runtime.run, variables), ...args];
    const env = jobEnvironment(runtime, variables);
    const end = await stage('run', (output) =>
      waiting
        ? waiting.release(prestartOf(runtime, env, limits.run.memoryBytes)!.job(variables, args), limits.run, output)
        : sandbox.run({ argv, env, limits: limits.run }, output),
    );
    return exitOf(end, 'run');
  };

  const ended = run().then((exit) => {
    send({ type: 'exit', ...exit });
    return last as ExitEvent;
  });

  return {
    writeStdin: async (data) => (program ?? (await started))?.writeStdin(data),
    closeStdin: () => void started.then((command) => command?.closeStdin()),
    signal: (name) => program?.signal(name),
    cancel: () => {
      isCancelled = true;
      current?.cancel();
    },
    ended,
  };
}

function exitOf({ reason, exitCode, signal, limit, message }: CommandEnd, stage: Stage): Exit {
  const exit = { reason, stage, exitCode, signal, limit, message };
  return Object.fromEntries(Object.entries(exit).filter(([, value]) => value !== undefined)) as Exit;
}

function usageOf({ usage }: CommandEnd, stage: Stage): Omit<UsageEvent, 'seq'> {
  const tenths = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);
  return { type: 'usage', stage, ...usage, wallMs: tenths(usage.wallMs), cpuMs: tenths(usage.cpuMs) };
}

/** Sends what a stage writes as events; what was cut ends with a mark (not with base64, where any byte is the program's). */
function stageOutput(encoding: Encoding, limits: StageLimits, send: (event: UnnumberedEvent) => void) {
  const encoders = { stdout: outputEncoder(encoding), stderr: outputEncoder(encoding) };
  const tell = (type: 'stdout' | 'stderr', data: string): void => {
    if (data !== '') send(encoding === 'utf8' ? { type, data } : { type, data, encoding });
  };
  return {
    handlers: {
      stdout: (chunk: Buffer) => tell('stdout', encoders.stdout.write(chunk)),
      stderr: (chunk: Buffer) => tell('stderr', encoders.stderr.write(chunk)),
    },
    end: ({ usage, limit }: CommandEnd): void => {
      for (const type of ['stdout', 'stderr'] as const) {
        tell(type, encoders[type].end());
        const isCut = limit === 'output' && usage[`${type}Bytes`] >= limits.outputBytes;
        if (isCut && encoding === 'utf8') tell(type, `\n[cut after ${limits.outputBytes} bytes]\n`);
      }
    },
  };
}

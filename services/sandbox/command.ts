import type { StageLimits } from '../protocol/limits';
import type { ExitReason, Limit } from '../protocol/events';

/** Everything about one command that runs in a sandbox. */
export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** @default '/work' */
  readonly cwd?: string;
  readonly limits: StageLimits;
}

/** Where a command's output goes while it runs. */
export interface CommandOutput {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

/** What a command used. */
export interface CommandUsage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

/** How a command ended. */
export interface CommandEnd {
  readonly reason: Exclude<ExitReason, 'compileError'>;
  readonly exitCode?: number;
  /** Such as `SIGSEGV`. */
  readonly signal?: string;
  readonly limit?: Limit;
  readonly message?: string;
  readonly usage: CommandUsage;
}

/** A command that runs. */
export interface RunningCommand {
  /** Resolves when the command's pipe has taken it, or the command has ended. */
  writeStdin(data: Buffer): Promise<void>;
  closeStdin(): void;
  /** Sends a signal, such as `SIGINT`, to the command's process group. */
  signal(name: NodeJS.Signals): void;
  cancel(): void;
  readonly ended: Promise<CommandEnd>;
}

/** An interpreter that was started ahead and waits for its job. */
export interface WaitingCommand {
  /** False once it ended by itself: what was started has no hook to wait in, or not the right one. */
  readonly isWaiting: boolean;
  /** Hands the job over (as the prestart program reads it) and starts the clocks. */
  release(job: Buffer, limits: StageLimits, output: CommandOutput): RunningCommand;
}

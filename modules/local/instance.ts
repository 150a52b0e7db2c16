import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Guardian } from './guardian';

/** How to start one instance of a program. */
export interface InstanceCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One running instance of a program, in a process group of its own. */
export class Instance {
  /** Set by whoever checks its health. */
  healthy = false;
  /** Requests that it is answering. */
  inFlight = 0;
  /** Resolves with how it ended, such as `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private running = true;

  constructor(
    readonly name: string,
    readonly port: number,
    command: InstanceCommand,
    guardian: Guardian,
    log: (line: string) => void,
  ) {
    const [program, ...args] = command.argv;
    this.child = spawn(program, args, {
      cwd: command.cwd,
      env: { ...command.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { pid } = this.child;
    if (pid !== undefined) guardian.watch(pid);
    forwardLines(this.child.stdout, log);
    forwardLines(this.child.stderr, log);
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.running = false;
        this.healthy = false;
        if (pid !== undefined) guardian.forget(pid);
        resolve(how);
      };
      this.child.on('error', (error) => end(error.message));
      this.child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** SIGTERM to the whole group, SIGKILL when it has not ended after the drain time. Resolves when it has ended. */
  async stop(drainSeconds: number): Promise<void> {
    this.healthy = false;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), drainSeconds * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  private signal(signal: NodeJS.Signals): void {
    if (!this.running || this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function forwardLines(stream: Readable | null, log: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', log);
}

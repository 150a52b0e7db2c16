import { spawn } from 'node:child_process';
import { projectDirectory } from '../provision/project';
import type { Deadline } from './deadline';

/** How a program ended. */
export interface Ended {
  /** 0 is success; 124 means that it ran into the deadline. */
  readonly exitCode: number;
  readonly stdout: string;
}

/** How long a program may take to end after it was asked to, before it is made to. */
const GRACE_MILLISECONDS = 10_000;

/** The exit code of coreutils' `timeout`. */
const TIMED_OUT = 124;

/**
 * Runs a program with all that it starts as one process group, so that nothing of it is left after the deadline or
 * Ctrl-C. Its output goes to this terminal, or is captured.
 */
export function runGroup(
  command: readonly [string, ...string[]],
  options: { readonly deadline: Deadline; readonly cwd?: string; readonly capture?: boolean },
): Promise<Ended> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? projectDirectory,
      stdio: ['ignore', options.capture ? 'pipe' : 'inherit', options.capture ? 'pipe' : 'inherit'],
      detached: true,
    });
    let isLate = false;
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): unknown => chunks.push(chunk);
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const signal = (name: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // The group has ended meanwhile.
      }
    };
    const end = (): void => {
      signal('SIGTERM');
      setTimeout(() => signal('SIGKILL'), GRACE_MILLISECONDS).unref();
    };
    const timer = setTimeout(
      () => {
        isLate = true;
        end();
      },
      Math.max(0, options.deadline - Date.now()),
    );
    const interrupt = (): void => {
      end();
      process.exitCode = 130;
    };
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      if (isLate) signal('SIGKILL');
      resolve({ exitCode: isLate ? TIMED_OUT : (code ?? 130), stdout: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

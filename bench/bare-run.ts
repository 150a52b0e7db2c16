import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** Times of one run, in milliseconds from the moment it was asked for. */
export interface Sample {
  readonly firstByte: number;
  readonly exit: number;
}

/** Runs a program as it is, without a sandbox. */
export function bareRun([program, ...args]: readonly string[], cwd: string): Promise<Sample> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let firstByte: number | undefined;
    child.stdout.on('data', () => (firstByte ??= performance.now() - started));
    child.on('error', reject);
    child.on('close', () => resolve({ firstByte: firstByte ?? NaN, exit: performance.now() - started }));
  });
}

import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { project, type CliRun } from './run';

/** A run of `./sandpiper` that goes on beside the test, whose own servers can answer it. */
export interface StartedCli {
  readonly ended: Promise<CliRun>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts `./sandpiper` as a user does. It does not outlive its test process. */
export function startSandpiper(args: readonly string[], env: NodeJS.ProcessEnv): StartedCli {
  const child = spawn(path.join(project, 'sandpiper'), args, {
    // Node.js 20 warns of the AWS SDK's end of support, which is not what is tested.
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithTests = () => child.kill('SIGKILL');
  process.once('exit', endWithTests);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const ended = new Promise<CliRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      process.removeListener('exit', endWithTests);
      resolve({ exitCode, ...output });
    });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}

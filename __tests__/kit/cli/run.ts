import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

/** The directory of package.json. */
export const project = path.resolve(__dirname, '../../..');

/** How a run of `./sandpiper` ended. */
export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `./sandpiper` as a user does. */
export function sandpiper(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliRun {
  const run = spawnSync(path.join(project, 'sandpiper'), args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
}

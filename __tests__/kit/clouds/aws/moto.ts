import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort } from '../../../../modules/local/free-port';
import { temporaryDirectory } from '../../terraform';

/** A running AWS API simulator. */
export interface Moto {
  /** `http://127.0.0.1:<port>`: every AWS service answers here. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** What the server printed so far. */
  log(): string;
  /** Ends this server, and no other. */
  stop(): Promise<void>;
}

const START_SECONDS = 90;

const SETTINGS: Readonly<Record<string, string>> = {
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
  // Debian's own images, which moto's list lacks.
  MOTO_AMIS_PATH: path.join(__dirname, 'debian-images.json'),
  // Seconds until a requested certificate counts as proved.
  MOTO_ACM_VALIDATION_WAIT: '1',
};

/**
 * Starts `moto_server` (`$MOTO_SERVER` or the one on PATH) on a free loopback port and waits until it answers.
 *
 * @throws Error with the server's own output when it ends, or does not answer within 90 seconds.
 */
export async function startMoto(environment: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const port = await freePort();
  const directory = temporaryDirectory('moto');
  const logFile = path.join(directory, 'moto.log');
  const output = fs.openSync(logFile, 'w');
  const child = spawn(process.env.MOTO_SERVER ?? 'moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...SETTINGS, ...environment },
  });
  fs.closeSync(output);
  const log = () => fs.readFileSync(logFile, 'utf8');
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let isRunning = true;
  void ended.then(() => (isRunning = false));
  const endWithTests = () => child.kill('SIGKILL');
  process.once('exit', endWithTests);
  const stop = async () => {
    process.removeListener('exit', endWithTests);
    if (isRunning) child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(forced);
    fs.rmSync(directory, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_SECONDS * 1000;
  while (!(await answers(endpoint))) {
    if (!isRunning || Date.now() > deadline) {
      const printed = log();
      await stop();
      throw new Error(`moto_server did not start on port ${port}:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { endpoint, port, pid: child.pid ?? -1, log, stop };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

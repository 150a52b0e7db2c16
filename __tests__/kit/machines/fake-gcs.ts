import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { cacheDirectory } from '../../../tools/provision/cache';
import { findGo } from '../../../tools/provision/go';
import { freePort } from '../../../modules/local/free-port';
import { temporaryDirectory } from '../terraform';

const VERSION = 'v1.56.1';

/** A running Cloud Storage simulator. */
export interface FakeGcs {
  readonly endpoint: string;
  createBucket(bucket: string): Promise<void>;
  putObject(bucket: string, key: string, data: Buffer): Promise<void>;
  stop(): Promise<void>;
}

/** Path of fake-gcs-server, built with Go once and kept in the cache. @throws Error with Go's words */
export function fakeGcsServer(): string {
  const directory = cacheDirectory('fake-gcs-server', VERSION);
  const program = `${directory}/fake-gcs-server`;
  if (fs.existsSync(program)) return program;
  const { status, stderr } = spawnSync(findGo() ?? 'go', ['install', `github.com/fsouza/fake-gcs-server@${VERSION}`], {
    encoding: 'utf8',
    env: { ...process.env, GOBIN: directory, CGO_ENABLED: '0', GOFLAGS: '' },
  });
  if (status !== 0) throw new Error(`fake-gcs-server could not be built:\n${stderr}`);
  return program;
}

export async function startFakeGcs(): Promise<FakeGcs> {
  const port = await freePort();
  const directory = temporaryDirectory('fake-gcs');
  const log = fs.openSync(`${directory}/log`, 'w');
  // It does not outlive its test process, however that ends.
  const child = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      fakeGcsServer(),
      '-scheme',
      'http',
      '-host',
      '127.0.0.1',
      '-port',
      String(port),
      '-backend',
      'memory',
      '-public-host',
      'storage.googleapis.com',
    ],
    { stdio: ['ignore', log, log] },
  );
  fs.closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const endWithTests = () => child.kill('SIGKILL');
  process.once('exit', endWithTests);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    process.removeListener('exit', endWithTests);
    child.kill('SIGKILL');
    await ended;
    fs.rmSync(directory, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(endpoint)); tries++) {
    if (child.exitCode !== null || tries > 300) {
      const printed = fs.readFileSync(`${directory}/log`, 'utf8');
      await stop();
      throw new Error(`fake-gcs-server did not start:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const post = async (path: string, body: string | Buffer) => {
    const answer = await fetch(`${endpoint}${path}`, { method: 'POST', body: new Uint8Array(Buffer.from(body)) });
    if (!answer.ok) throw new Error(`fake-gcs-server: ${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    endpoint,
    stop,
    createBucket: (bucket) => post('/storage/v1/b', JSON.stringify({ name: bucket })),
    putObject: (bucket, key, data) =>
      post(`/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`, data),
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_internal/healthcheck`)).ok;
  } catch {
    return false;
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import Redis from 'ioredis';
import { freePort } from '../../../modules/local/free-port';
import { endProcess } from './end-process';

/** A Redis of the tests' own. */
export interface RedisServer {
  readonly port: number;
  /** Where it speaks TLS. */
  readonly tlsPort?: number;
  /** As the user who may do everything. */
  admin<T>(use: (redis: Redis) => Promise<T>): Promise<T>;
  /** Ends it and starts it again on the same port. */
  restart(): Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Files (PEM) of the certificate and the key with which it speaks TLS on a second port. @default none */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Whether what was answered is there after a crash. @default false: it comes back empty */
  readonly isDurable?: boolean;
}

/** Starts `redis-server` on a free loopback port and waits until it answers. */
export async function startRedis({ tls, isDurable = false }: RedisOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const tlsPort = tls && (await freePort());
  const tlsSettings = tls
    ? {
        'tls-port': tlsPort,
        'tls-cert-file': tls.certificate,
        'tls-key-file': tls.key,
        'tls-ca-cert-file': tls.certificate,
        'tls-auth-clients': 'no',
      }
    : {};
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-'));
  const settings = {
    ...{ port, bind: '127.0.0.1', dir: directory, save: '', ...tlsSettings },
    ...(isDurable ? { appendonly: 'yes', appendfsync: 'always' } : { appendonly: 'no' }),
  };
  let child: ChildProcess | undefined;
  const admin: RedisServer['admin'] = async (use) => {
    const redis = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = spawn('redis-server', args, { stdio: 'ignore' });
    child = started;
    for (;;) {
      try {
        return void (await admin((redis) => redis.ping()));
      } catch (error) {
        if (started.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const kill = async (): Promise<void> => {
    if (child) await endProcess(child, 'SIGKILL');
  };
  await start();
  return {
    port,
    tlsPort,
    admin,
    start,
    kill,
    stop: async () => {
      await kill();
      fs.rmSync(directory, { recursive: true, force: true });
    },
    restart: async () => {
      await kill();
      await start();
    },
  };
}

import { spawn, type ChildProcess } from 'node:child_process';
import Redis from 'ioredis';
import { freePort } from '../../../local/free-port';

/** A Redis of the tests' own, in memory only. */
export interface RedisServer {
  readonly port: number;
  /** Where it speaks TLS. */
  readonly tlsPort?: number;
  /** As the user who may do everything. */
  admin<T>(use: (redis: Redis) => Promise<T>): Promise<T>;
  /** Ends it and starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts `redis-server` on a free loopback port and waits until it answers.
 *
 * @param tls files (PEM) of the certificate and the key with which it speaks TLS on a second port. @default none
 */
export async function startRedis(tls?: { readonly certificate: string; readonly key: string }): Promise<RedisServer> {
  const port = await freePort();
  const tlsPort = tls && (await freePort());
  const tlsSettings = tls
    ? ['--tls-port', String(tlsPort), '--tls-cert-file', tls.certificate, '--tls-key-file', tls.key].concat(
        ...['--tls-auth-clients', 'no', '--tls-ca-cert-file', tls.certificate],
      )
    : [];
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
    const settings = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      ...tlsSettings,
    ];
    const started = spawn('redis-server', settings, { stdio: 'ignore', cwd: '/tmp' });
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
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    tlsPort,
    admin,
    start,
    kill,
    stop: kill,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

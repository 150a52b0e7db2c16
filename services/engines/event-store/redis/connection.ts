import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import Redis, { type RedisOptions } from 'ioredis';
import { StoreUnavailableError } from '../event-store';
import { scripts, type ScriptName } from './scripts';

export interface RedisCredentials {
  readonly username: string;
  readonly password: string;
  /** When they end, in milliseconds since the epoch. @default never */
  readonly expiresAtMs?: number;
}

/** Asked at every connection, and again before what it gave ends: a cloud's tokens last minutes. */
export type CredentialSource = () => Promise<RedisCredentials>;

export interface RedisTls {
  /** Certificates in PEM that the server's must come from. @default one of the system's */
  readonly authority?: string;
  /** Whether that authority signs for this server alone: then a certificate of it need not name the host. Means nothing without `authority`. @default false */
  readonly isForThisServerAlone?: boolean;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** @default none */
  readonly tls?: RedisTls;
  /** @default none are needed */
  readonly credentials?: CredentialSource;
  /** Whether a server that cannot be reached yet is waited for, in the background. @default false */
  readonly mayBeAway?: boolean;
}

/** A connection that comes back by itself. While it is away, calls fail at once. */
export interface RedisConnection {
  /** @throws StoreUnavailableError */
  run(script: ScriptName, keys: readonly string[], ...args: readonly (string | number)[]): Promise<unknown>;
  /** @throws StoreUnavailableError */
  call<T>(use: (redis: Redis) => Promise<T>): Promise<T>;
  readonly redis: Redis;
  close(): void;
}

const COMMAND_TIMEOUT_MS = 5_000;
const FIRST_RECONNECT_MS = 50;
const MAXIMUM_RECONNECT_MS = 2_000;
/** Credentials are renewed so long before they end. */
const RENEW_BEFORE_MS = 60_000;
/** At the earliest after so long. */
const LEAST_RENEWAL_MS = 1_000;

function tlsOptions(host: string, { authority, isForThisServerAlone = false }: RedisTls): ConnectionOptions {
  const nameIsOfNoMatter = authority !== undefined && isForThisServerAlone;
  return {
    ca: authority,
    // One front may serve many names; an address is none (RFC 6066, 3).
    ...(isIP(host) ? {} : { servername: host }),
    ...(nameIsOfNoMatter ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** Resolves when it is connected for the first time, or was not (`mayBeAway`). @throws StoreUnavailableError */
export async function connectRedis(address: RedisAddress, isSubscriber = false): Promise<RedisConnection> {
  const { host, port, tls, credentials, mayBeAway = false } = address;
  const options: RedisOptions = {
    host,
    port,
    ...(tls ? { tls: tlsOptions(host, tls) } : {}),
    lazyConnect: true,
    enableOfflineQueue: isSubscriber,
    maxRetriesPerRequest: isSubscriber ? null : 0,
    commandTimeout: isSubscriber ? undefined : COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(MAXIMUM_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** attempt),
    reconnectOnError: (error) => error.message.startsWith('NOAUTH'),
  };
  const redis = new Redis(options);
  for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
  // Every call tells of its own failure.
  redis.on('error', () => undefined);
  let renewal: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** The next connection uses them, and the present one is told. */
  const renew = async (): Promise<void> => {
    if (!credentials || isClosed) return;
    clearTimeout(renewal);
    const { username, password, expiresAtMs } = await credentials();
    Object.assign(redis.options, { username, password });
    if (redis.status === 'ready' && !isSubscriber) await redis.auth(username, password);
    if (expiresAtMs === undefined || isClosed) return;
    const inMs = Math.max(LEAST_RENEWAL_MS, expiresAtMs - Date.now() - RENEW_BEFORE_MS);
    renewal = setTimeout(() => void renew().catch(() => undefined), inMs);
    renewal.unref();
  };
  redis.on('close', () => void renew().catch(() => undefined));

  const call: RedisConnection['call'] = async (use) => {
    try {
      return await use(redis);
    } catch (error) {
      throw new StoreUnavailableError(error);
    }
  };
  const connect = async (): Promise<void> => {
    try {
      await call(async () => {
        await renew();
        await redis.connect();
      });
    } catch (error) {
      if (!mayBeAway) {
        redis.disconnect();
        throw error;
      }
      // Once it has tried, it tries again by itself; without credentials it has not.
      if (redis.status === 'wait' && !isClosed) setTimeout(() => void connect(), MAXIMUM_RECONNECT_MS).unref();
    }
  };
  await connect();
  return {
    redis,
    call,
    run: (script, keys, ...args) =>
      call((connected) => (connected as unknown as Record<ScriptName, Script>)[script](...keys, ...args)),
    close: () => {
      isClosed = true;
      clearTimeout(renewal);
      redis.disconnect();
    },
  };
}

type Script = (...args: readonly (string | number)[]) => Promise<unknown>;

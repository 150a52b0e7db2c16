import * as fs from 'node:fs';
import { MemoryEventStore } from './event-store/memory/memory-event-store';
import type { EventStore } from './event-store/event-store';
import type { CredentialSource } from './event-store/redis/connection';

export interface EventStoreOptions {
  /**
   * How to authenticate: `aws-iam:<user>@<cache>` (ElastiCache, with `@serverless:` before the name of a serverless cache), or
   * `gcp-iam` (Memorystore); both with the machine's own identity. @default - with the password of the URL, if it has one
   */
  readonly authentication?: string;
  /**
   * The authority that the store's TLS certificate comes from: a file with its certificates (PEM), or these themselves as base64, which is
   * one line. With `gcp-iam` it is Memorystore's, which signs for one instance alone: any certificate of it is the store's, whatever
   * it names. @default the system's
   */
  readonly authority?: string;
  /** Whether a store that cannot be reached yet is waited for, in the background. @default false */
  readonly mayBeAway?: boolean;
}

/**
 * Opens the event store that a URL names: `memory:`, `redis://[user:password@]host[:port]`, or `rediss://...` for TLS.
 *
 * @throws TypeError naming what is wrong with the URL or an option, StoreUnavailableError when the store cannot be reached
 */
export async function openEventStore(url: string, options: EventStoreOptions = {}): Promise<EventStore> {
  if (url === 'memory:' || url === 'memory') return new MemoryEventStore();
  const { protocol, hostname, port, username, password } = parsed(url);
  // Loaded only where it is used.
  const { openRedisEventStore } =
    require('./event-store/redis/redis-event-store') as typeof import('./event-store/redis/redis-event-store');
  const given = { username: decodeURIComponent(username) || 'default', password: decodeURIComponent(password) };
  return openRedisEventStore({
    host: hostname,
    port: Number(port || 6379),
    tls:
      protocol === 'rediss:'
        ? { authority: authorityOf(options.authority), isForThisServerAlone: options.authentication === 'gcp-iam' }
        : undefined,
    credentials: credentialsOf(options.authentication) ?? (password === '' ? undefined : async () => given),
    mayBeAway: options.mayBeAway,
  });
}

function parsed(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !['redis:', 'rediss:'].includes(address.protocol) || address.hostname === '') {
    throw new TypeError(`event store: ${JSON.stringify(url)} must be memory: or redis://host:port (rediss:// for TLS)`);
  }
  return address;
}

/** How certificates in PEM begin when they are written as base64; no path does. */
const ENCODED_PEM = Buffer.from('-----BEGIN').toString('base64').slice(0, 13);

function authorityOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (given.startsWith(ENCODED_PEM)) return Buffer.from(given, 'base64').toString();
  try {
    return fs.readFileSync(given, 'utf8');
  } catch (error) {
    throw new TypeError(`event store’s authority: ${(error as Error).message}`, { cause: error });
  }
}

function credentialsOf(authentication: string | undefined): CredentialSource | undefined {
  if (authentication === undefined) return undefined;
  if (authentication === 'gcp-iam') {
    return (
      require('./event-store/redis/google-iam') as typeof import('./event-store/redis/google-iam')
    ).googleIamCredentials();
  }
  const [, user, serverless, cache] = /^aws-iam:([^@]+)@(serverless:)?([^@:]+)$/.exec(authentication) ?? [];
  if (user === undefined || cache === undefined) {
    throw new TypeError(
      `event store’s authentication: ${JSON.stringify(authentication)} must be aws-iam:<user>@<cache> or gcp-iam`,
    );
  }
  const { elastiCacheIamCredentials } =
    require('./event-store/redis/elasticache-iam') as typeof import('./event-store/redis/elasticache-iam');
  return elastiCacheIamCredentials({ user, cache, isServerless: serverless !== undefined });
}

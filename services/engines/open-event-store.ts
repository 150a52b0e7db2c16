import { MemoryEventStore } from './memory-event-store';
import type { EventStore } from './event-store';

/**
 * Opens the event store that a URL names: `memory:`, `redis://[user:password@]host[:port]`, or `rediss://...` for TLS.
 *
 * @throws TypeError naming what is wrong with the URL, StoreUnavailableError when the store cannot be reached
 */
export async function openEventStore(url: string): Promise<EventStore> {
  if (url === 'memory:' || url === 'memory') return new MemoryEventStore();
  const { protocol, hostname, port, username, password } = parsed(url);
  // Loaded only where it is used.
  const { openRedisEventStore } = require('./redis-event-store') as typeof import('./redis-event-store');
  const credentials = { username: decodeURIComponent(username) || 'default', password: decodeURIComponent(password) };
  return openRedisEventStore({
    host: hostname,
    port: Number(port || 6379),
    tls: protocol === 'rediss:',
    credentials: password === '' ? undefined : async () => credentials,
  });
}

function parsed(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !['redis:', 'rediss:'].includes(address.protocol) || address.hostname === '') {
    throw new TypeError(`event store: ${JSON.stringify(url)} must be memory: or redis://host:port (rediss:// for TLS)`);
  }
  return address;
}

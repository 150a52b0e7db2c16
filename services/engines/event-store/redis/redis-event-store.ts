import type { EventStore } from '../event-store';
import { connectRedis, type RedisAddress } from './connection';
import { RedisFleetPresence } from './fleet-presence';
import { RedisJobStore } from './job-store';
import { createNotices } from './notices';
import { RedisRateLimiter } from './rate-limiter';

/** Opens an event store in Redis 7 or Valkey. @throws StoreUnavailableError when it cannot be reached */
export async function openRedisEventStore(address: RedisAddress): Promise<EventStore> {
  const [connection, subscriber] = await Promise.all([connectRedis(address), connectRedis(address, true)]);
  return {
    jobs: new RedisJobStore(connection, createNotices(subscriber)),
    limiter: new RedisRateLimiter(connection),
    presence: new RedisFleetPresence(connection),
    ping: async () => {
      await connection.call((redis) => redis.ping());
    },
    close: async () => {
      connection.close();
      subscriber.close();
    },
  };
}

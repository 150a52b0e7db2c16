import type { RateLimiter, TokenBucket } from '../rate-limiter';
import type { RedisConnection } from './connection';

/** The counters of the limits: a bucket is a hash, a group of slots a sorted set of holders. Each is one key. */
export class RedisRateLimiter implements RateLimiter {
  constructor(private readonly connection: RedisConnection) {}

  async takeTokens({ key, capacity, refillPerSecond }: TokenBucket, tokens: number) {
    const keys = [`sandpiper:bucket:${key}`];
    const [taken, retryAfterMs] = (await this.connection.run(
      'takeTokens',
      keys,
      capacity,
      refillPerSecond,
      tokens,
    )) as [number, number];
    return { taken: taken === 1, retryAfterMs };
  }

  async acquireSlot(group: string, holder: string, maximum: number, ttlMs: number): Promise<boolean> {
    return (await this.connection.run('acquireSlot', [slotsOf(group)], holder, maximum, ttlMs)) === 1;
  }

  async releaseSlot(group: string, holder: string): Promise<void> {
    await this.connection.call((redis) => redis.zrem(slotsOf(group), holder));
  }
}

function slotsOf(group: string): string {
  return `sandpiper:places:${group}`;
}

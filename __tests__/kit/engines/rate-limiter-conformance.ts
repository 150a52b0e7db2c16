import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../services/engines/event-store/event-store';
import type { RateLimiter } from '../../../services/engines/event-store/rate-limiter';

/**
 * What every rate limiter does.
 *
 * @param open opens a store on the same data each time it is called: the second one stands for another process
 */
export function rateLimiterConformance(name: string, open: () => Promise<EventStore>): void {
  describe(`${name} as a rate limiter`, () => {
    let opened: EventStore[];
    let store: RateLimiter;
    let other: RateLimiter;

    beforeAll(async () => {
      opened = [await open(), await open()];
      [store, other] = opened.map(({ limiter }) => limiter) as [RateLimiter, RateLimiter];
    });
    afterAll(() => Promise.all([...new Set(opened)].map((one) => one.close())));

    it('takes from a bucket what it holds, and says when there will be more', async () => {
      const bucket = { key: randomUUID(), capacity: 3, refillPerSecond: 0.5 };
      const take = async (from: RateLimiter, tokens = 1) => from.takeTokens(bucket, tokens);
      expect(await take(store, 2)).toEqual({ taken: true, retryAfterMs: 0 });
      expect((await take(other)).taken).toBe(true);
      const refused = await take(other);
      expect(refused.taken).toBe(false);
      expect(refused.retryAfterMs).toBeGreaterThan(1_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(2_000);
    });

    it('refills a bucket with time', async () => {
      const bucket = { key: randomUUID(), capacity: 1, refillPerSecond: 50 };
      expect((await store.takeTokens(bucket, 1)).taken).toBe(true);
      while (!(await store.takeTokens(bucket, 1)).taken) await new Promise((resolve) => setTimeout(resolve, 5));
    });

    it('gives so many slots, which are renewed, released, and lost with time', async () => {
      const group = randomUUID();
      expect(await store.acquireSlot(group, 'a', 2, 60_000)).toBe(true);
      expect(await other.acquireSlot(group, 'b', 2, 30)).toBe(true);
      expect(await store.acquireSlot(group, 'a', 2, 60_000)).toBe(true);
      while (!(await other.acquireSlot(group, 'c', 2, 60_000))) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await store.acquireSlot(group, 'd', 2, 60_000)).toBe(false);
      await other.releaseSlot(group, 'a');
      expect(await store.acquireSlot(group, 'd', 2, 60_000)).toBe(true);
    });
  });
}

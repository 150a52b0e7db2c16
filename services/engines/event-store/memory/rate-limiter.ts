import type { RateLimiter, TokenBucket } from '../rate-limiter';

/** The counters of the limits, in the memory of one process. */
export class MemoryRateLimiter implements RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; atMs: number; fullAtMs: number }>();
  private readonly slots = new Map<string, Map<string, number>>();

  async takeTokens(
    bucket: TokenBucket,
    tokens: number,
  ): Promise<{ readonly taken: boolean; readonly retryAfterMs: number }> {
    const now = Date.now();
    const { key, capacity, refillPerSecond } = bucket;
    const known = this.buckets.get(key);
    const refilled = known ? known.tokens + ((now - known.atMs) / 1000) * refillPerSecond : capacity;
    const present = Math.min(capacity, refilled);
    const taken = present >= tokens;
    const left = taken ? present - tokens : present;
    this.forgetFullBuckets(now);
    this.buckets.set(key, { tokens: left, atMs: now, fullAtMs: now + ((capacity - left) / refillPerSecond) * 1000 });
    return { taken, retryAfterMs: taken ? 0 : Math.ceil(((tokens - present) / refillPerSecond) * 1000) };
  }

  async acquireSlot(group: string, holder: string, maximum: number, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    const holders = this.slots.get(group) ?? new Map<string, number>();
    for (const [name, untilMs] of holders) if (untilMs <= now) holders.delete(name);
    if (!holders.has(holder) && holders.size >= maximum) return false;
    holders.set(holder, now + ttlMs);
    this.slots.set(group, holders);
    return true;
  }

  async releaseSlot(group: string, holder: string): Promise<void> {
    const holders = this.slots.get(group);
    holders?.delete(holder);
    if (holders?.size === 0) this.slots.delete(group);
  }

  /** A full bucket is the same as none. */
  private forgetFullBuckets(nowMs: number): void {
    if (this.buckets.size < 10_000) return;
    for (const [key, { fullAtMs }] of this.buckets) if (fullAtMs <= nowMs) this.buckets.delete(key);
  }
}

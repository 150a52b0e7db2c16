/** Counters of the limits, shared by all gateways and runners. */
export interface RateLimiter {
  /** Takes from a token bucket, if it holds so many. */
  takeTokens(bucket: TokenBucket, tokens: number): Promise<{ readonly taken: boolean; readonly retryAfterMs: number }>;

  /**
   * Acquires one of `maximum` concurrency slots in the name of a holder, for at most `ttlMs` milliseconds; acquiring again renews.
   *
   * @returns false when all slots are held
   */
  acquireSlot(group: string, holder: string, maximum: number, ttlMs: number): Promise<boolean>;

  releaseSlot(group: string, holder: string): Promise<void>;
}

export interface TokenBucket {
  readonly key: string;
  /** Tokens it holds at most, and at first. */
  readonly capacity: number;
  readonly refillPerSecond: number;
}

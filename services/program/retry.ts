import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from './unavailable';

/** A queue or a store stayed away for longer than the job can wait. */
export class UnavailableTooLongError extends Error {
  constructor(cause: unknown) {
    super(`given up: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnavailableTooLongError';
  }
}

/**
 * Tries again while the call says that a queue or a store is `unavailable`, from 50 ms up to 2 s apart. A call whose answer was
 * lost is made twice: callers must tolerate that.
 *
 * @throws UnavailableTooLongError after `patienceMs`; every other error at once
 */
export async function withRetries<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      const pauseMs = pauseAfter(failures, { firstMs: 50, longestMs: 2_000 });
      if (Date.now() + pauseMs > giveUpAt) throw new UnavailableTooLongError(error);
      await sleep(pauseMs);
    }
  }
}

export interface BackoffOptions {
  /** Whether another attempt may succeed. */
  readonly passes: (error: unknown) => boolean;
  /** Attempts in all. With 7, the pauses add up to about 25 seconds. @default 7 */
  readonly attempts?: number;
  /** Ends the pauses: the last error is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Tries again while the call fails in a way that passes, from half a second up to 8 seconds apart.
 *
 * @throws what the last attempt threw
 */
export async function withBackoff<T>(call: () => Promise<T>, options: BackoffOptions): Promise<T> {
  const { attempts = 7, passes, signal } = options;
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (error) {
      if (failures + 1 === attempts || signal?.aborted || !passes(error)) throw error;
      await sleep(pauseAfter(failures, { firstMs: 500, longestMs: 8_000 }), undefined, { signal });
    }
  }
}

/** Doubled with each failure. Half of it is random, so that many who failed together do not come back together. */
function pauseAfter(failures: number, { firstMs, longestMs }: { firstMs: number; longestMs: number }): number {
  return Math.min(longestMs, firstMs * 2 ** failures) * (0.5 + Math.random() / 2);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../engines/unavailable';

const FIRST_PAUSE_MS = 50;
const MAXIMUM_PAUSE_MS = 2_000;

/** A queue or a store stayed away for longer than the job can wait. */
export class UnavailableTooLongError extends Error {
  constructor(cause: unknown) {
    super(`given up: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnavailableTooLongError';
  }
}

/**
 * Tries again while what is called says that it is `unavailable`, with growing pauses. A call whose answer was lost is made
 * twice: callers must bear that.
 *
 * @throws UnavailableTooLongError after `patienceMs`; every other error at once
 */
export async function withRetries<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAXIMUM_PAUSE_MS, pauseMs * 2)) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (Date.now() + pauseMs > giveUpAt) throw new UnavailableTooLongError(error);
      // Half of the pause is drawn by lot, so that the runners of a fleet do not come back in step.
      await sleep(pauseMs * (0.5 + Math.random() / 2));
    }
  }
}

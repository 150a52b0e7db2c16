import { setTimeout as wait } from 'node:timers/promises';

/** Tries in all, and the longest pause between two of them. With the first pause of half a second: about 25 seconds. */
const TRIES = 7;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** Does something again, after growing pauses, while it fails in a way that passes. */
export async function withBackoff<T>(
  work: () => Promise<T>,
  options: { readonly passes: (error: unknown) => boolean; readonly signal?: AbortSignal },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || options.signal?.aborted || !options.passes(error)) throw error;
      await pause(tries, options.signal);
    }
  }
}

/** A pause of random length, so that many who failed together do not come back together. */
async function pause(tries: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
  await wait(longest / 2 + (Math.random() * longest) / 2, undefined, { signal });
}

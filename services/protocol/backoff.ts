/** The first wait; a gateway that was replaced is back by then. */
const FIRST_MS = 250;
/** The longest wait: a reader tolerates it, and ten thousand clients do not storm a gateway that comes back. */
const LONGEST_MS = 15_000;

/**
 * How long to wait before another attempt to connect: doubled each time, and spread over half of it so that clients that
 * were dropped together do not come back together.
 *
 * @param failures attempts that failed in a row before, from 0
 * @param random from 0 to 1
 * @returns milliseconds
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(full * (0.5 + random / 2));
}

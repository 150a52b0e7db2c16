/** Numbers in [0, 1), the same ones for the same seed. */
export type Random = () => number;

/** Mulberry32: 32 bits of state, good enough for queueing and the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Memoryless, with this mean. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

/**
 * Lognormal with this mean; `sigma` is the deviation of its logarithm (1: the slowest of a hundred takes ten times the median).
 * The normal number is a sum of twelve even ones, not a cosine, whose last digit differs between versions of Node.js.
 */
export function lognormal(random: Random, mean: number, sigma: number): number {
  let normal = -6;
  for (let n = 0; n < 12; n++) normal += random();
  return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
}

/** Pareto of this smallest value and shape, cut off at `longest`. */
export function pareto(random: Random, shortest: number, shape: number, longest: number): number {
  return Math.min(longest, shortest * Math.exp(-Math.log(1 - random()) / shape));
}

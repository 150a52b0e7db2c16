import type { Observation, Policy } from '../policy';

/** What the oracle is given. */
export interface Oracle {
  /** Instances that the law asks for. */
  readonly wanted: (seen: Observation) => number;
  /** How long an instance is kept that is no longer needed. */
  readonly keepSeconds: number;
}

/**
 * The same law without a delay: it sees the backlog of this second and acts in it; it does not see the future. An instance is kept
 * as long as another takes to boot, which is the best that can be done without foresight (the ski-rental bound: never more
 * than twice the cost of who knows the future).
 */
export function oracle(props: Oracle): Policy {
  const peaks: { readonly at: number; readonly size: number }[] = [];
  return {
    intervalSeconds: 1,
    decide: (now, seen) => {
      const size = Math.ceil(props.wanted(seen));
      // Only those stay that no later one outgrew: the first is the peak.
      while (peaks.length > 0 && peaks.at(-1)!.size <= size) peaks.pop();
      peaks.push({ at: now, size });
      while (peaks[0]!.at < now - props.keepSeconds) peaks.shift();
      return peaks[0]!.size;
    },
  };
}

import { EventHeap } from './event-heap';
import { Fleet, type FleetProps } from './fleet';
import { seededRandom } from './random';
import type { Policy } from './policy';
import type { Trace } from './traces';

/** What became of a trace under a policy. */
export interface SimulationResult {
  /** From a job's arrival to the start of the attempt that ended it, in seconds, by job; NaN of a job that did not end. */
  readonly waits: Float64Array;
  /** From a job's arrival to its end. */
  readonly times: Float64Array;
  /** Instances, from their launch (that is when a cloud begins to charge) to their end. */
  readonly instanceHours: number;
  readonly peakInstances: number;
  /** Share of the paid slots' time in which they ran a job. */
  readonly utilization: number;
  /** Attempts that ended without a result: their jobs were run again. */
  readonly redone: number;
  /** Jobs that had no end when the simulation was given up. */
  readonly lost: number;
  /** The fleet over time. */
  readonly samples: readonly Sample[];
}

/** The fleet at a moment. */
export interface Sample {
  readonly at: number;
  readonly waiting: number;
  readonly inFlight: number;
  readonly instances: number;
}

const SAMPLES = 480;
/** A fleet that has not come to an end by then never will. */
const GIVE_UP_FACTOR = 4;

/** Replays a trace through a fleet under a policy; the same arguments give the same result. */
export function simulate(trace: Trace, props: FleetProps, policy: Policy, seed = 1): SimulationResult {
  const count = trace.arrivals.length;
  const heap = new EventHeap<() => void>();
  const waits = new Float64Array(count).fill(NaN);
  const times = new Float64Array(count).fill(NaN);
  let now = 0;
  let ended = 0;
  const fleet = new Fleet(props, {
    random: seededRandom(seed),
    now: () => now,
    later: (seconds, action) => heap.add(now + seconds, action),
    durationOf: (job) => trace.durations[job]!,
    ended: (job, startedAt) => {
      if (!Number.isNaN(times[job]!)) throw new Error(`job ${job} ended twice`);
      waits[job] = startedAt - trace.arrivals[job]!;
      times[job] = now - trace.arrivals[job]!;
      ended += 1;
    },
  });
  const samples: Sample[] = [];
  const every = (seconds: number, action: () => void): void => {
    const repeat = (): void => {
      action();
      if (now < trace.horizonSeconds || ended < count) heap.add(now + seconds, repeat);
    };
    heap.add(now, repeat);
  };
  every(policy.intervalSeconds, () => fleet.setDesired(policy.decide(now, fleet.observe())));
  every(trace.horizonSeconds / SAMPLES, () => {
    const { waiting, inFlight, capacity } = fleet.observe();
    samples.push({ at: now, waiting, inFlight, instances: capacity });
  });

  let nextJob = 0;
  const until = GIVE_UP_FACTOR * trace.horizonSeconds;
  while (now < trace.horizonSeconds || ended < count) {
    const arrival = nextJob < count ? trace.arrivals[nextJob]! : Infinity;
    now = Math.min(arrival, heap.nextAt);
    if (now > until) break;
    if (arrival <= heap.nextAt) fleet.submit(nextJob++);
    else heap.take()!();
  }
  const usage = fleet.close();
  return { waits, times, ...usage, lost: count - ended, samples };
}

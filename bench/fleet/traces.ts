import { exponential, lognormal, pareto, seededRandom, type Random } from './random';

/** Jobs as they come: when, and how long each runs. All times are seconds. */
export interface Trace {
  readonly name: string;
  /** One line for the report. */
  readonly summary: string;
  /** Ascending. */
  readonly arrivals: Float64Array;
  readonly durations: Float64Array;
  /** The fleet is watched, and paid, at least so long. */
  readonly horizonSeconds: number;
  /** Jobs a second at its begin: the fleet is the right size for them when it starts. */
  readonly initialRate: number;
}

interface TraceProps {
  readonly name: string;
  readonly summary: string;
  readonly horizonSeconds: number;
  /** Jobs a second at a time. */
  readonly rate: (seconds: number) => number;
  readonly peakRate: number;
  readonly duration?: (random: Random) => number;
}

/** Mean time of a job in the traces: a small program in an interpreted language, or the compilation and run of one. */
export const MEAN_JOB_SECONDS = 3;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const SEED = 20_240_611;

const job = (random: Random): number => lognormal(random, MEAN_JOB_SECONDS, 1);

/** A trace of independent users: a Poisson process whose rate changes (made by thinning one of the peak rate). */
export function poissonTrace(props: TraceProps, seed = SEED): Trace {
  const random = seededRandom(seed);
  const duration = props.duration ?? job;
  const arrivals: number[] = [];
  for (let at = 0; ;) {
    at += exponential(random, 1 / props.peakRate);
    if (at >= props.horizonSeconds) break;
    if (random() * props.peakRate < props.rate(at)) arrivals.push(at);
  }
  return {
    name: props.name,
    summary: props.summary,
    arrivals: Float64Array.from(arrivals),
    durations: Float64Array.from(arrivals, () => duration(random)),
    horizonSeconds: props.horizonSeconds,
    initialRate: props.rate(0),
  };
}

const between = (at: number, from: number, to: number): boolean => at >= from && at < to;

/** The traces of the report, made when they are asked for; another seed gives another day of the same kind. */
export const traces: Readonly<Record<string, (seed?: number) => Trace>> = {
  steady: (seed) =>
    poissonTrace(
      {
        name: 'steady',
        summary: '10 jobs a second for 2 hours',
        horizonSeconds: 2 * HOUR,
        peakRate: 10,
        rate: () => 10,
      },
      seed,
    ),
  burst: (seed) =>
    poissonTrace(
      {
        name: 'burst',
        summary: '2 jobs a second; three times ten times as many, for 20 minutes, in 4 hours',
        horizonSeconds: 4 * HOUR,
        peakRate: 20,
        rate: (at) => ([30, 100, 170].some((start) => between(at, start * MINUTE, (start + 20) * MINUTE)) ? 20 : 2),
      },
      seed,
    ),
  diurnal: (seed) =>
    poissonTrace(
      {
        name: 'diurnal',
        summary: 'a day: from 1 job a second at night to 15 in the afternoon',
        horizonSeconds: 24 * HOUR,
        peakRate: 15,
        rate: (at) => 8 - 7 * Math.cos((2 * Math.PI * at) / (24 * HOUR)),
      },
      seed,
    ),
  herd: (seed) =>
    poissonTrace(
      {
        name: 'herd',
        summary: 'nothing for 10 minutes, then a million jobs within the hour',
        horizonSeconds: 80 * MINUTE,
        peakRate: 1_000_000 / HOUR,
        rate: (at) => (between(at, 10 * MINUTE, 70 * MINUTE) ? 1_000_000 / HOUR : 0),
      },
      seed,
    ),
  'heavy tail': (seed) =>
    poissonTrace(
      {
        name: 'heavy tail',
        summary: '6 jobs a second for 4 hours, their times Pareto (shape 1.5, from 1 to 60 seconds)',
        horizonSeconds: 4 * HOUR,
        peakRate: 6,
        rate: () => 6,
        duration: (random) => pareto(random, 1, 1.5, 60),
      },
      seed,
    ),
  sparse: (seed) =>
    poissonTrace(
      {
        name: 'sparse',
        summary: 'one job every 20 minutes, for a day',
        horizonSeconds: 24 * HOUR,
        peakRate: 1 / (20 * MINUTE),
        rate: () => 1 / (20 * MINUTE),
      },
      seed,
    ),
};

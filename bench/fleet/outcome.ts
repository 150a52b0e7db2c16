import type { Contender } from './contenders';
import { simulate, type Sample } from './simulate';
import type { Trace } from './traces';

/** What a report says of a contender on a trace. Waits are seconds. */
export interface Outcome {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly instanceHours: number;
  readonly peakInstances: number;
  readonly utilization: number;
  readonly redone: number;
  readonly lost: number;
  readonly samples: readonly Sample[];
}

/** Share of the slots that is busy when a simulation starts: every contender begins with the same fleet. */
const INITIAL_UTILIZATION = 0.7;

/** Runs a contender on a trace. */
export function outcomeOf(contender: Contender, trace: Trace): Outcome {
  const { fleet } = contender;
  const meanSeconds = trace.durations.reduce((sum, value) => sum + value, 0) / (trace.durations.length || 1);
  const busy = trace.initialRate * meanSeconds;
  const initial = Math.max(fleet.minimum, Math.round(busy / INITIAL_UTILIZATION / fleet.slots));
  const { waits, ...result } = simulate(trace, { ...fleet, initial }, contender.policy());
  const sorted = waits.filter((wait) => !Number.isNaN(wait)).sort();
  const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
  return { name: contender.name, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), ...result };
}

import { Histogram, type Registry } from 'prom-client';

export interface SecondsHistogramProps<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly registers: Registry[];
}

/** From a warm sandbox's first word to a job that met its deadline: one set, so that histograms can be compared. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A histogram of seconds. */
export function secondsHistogram<L extends string>({ labelNames, ...props }: SecondsHistogramProps<L>): Histogram<L> {
  return new Histogram({ ...props, labelNames: [...labelNames], buckets: BUCKETS });
}

import { MetricHistory } from '../history';
import type { Observation, Policy } from '../policy';

/** A step of a step-scaling policy: from `lower` on, until the next step. */
export interface Step {
  readonly lower: number;
  /** Instances more, or fewer. */
  readonly change: number;
}

/** What a step-scaling policy is configured with. */
export interface StepScaling {
  readonly metric: (seen: Observation) => number;
  readonly periodSeconds: number;
  /** From the end of a period until an alarm can see its value. */
  readonly delaySeconds: number;
  /** Periods that must all breach. */
  readonly datapoints: number;
  /** Ascending; none of them below: nothing happens. */
  readonly steps: readonly Step[];
  /** Instances that were added so recently count as part of what a step would add. */
  readonly warmupSeconds: number;
}

/**
 * Step scaling: how far the metric is over its threshold decides how many instances are added at once. Instances that warm up
 * count: a step of +4 while 3 of an earlier one warm up adds 1.
 * Source: EC2 Auto Scaling user guide, "Step and simple scaling policies", "Instance warmup".
 */
export function stepScaling(props: StepScaling): Policy {
  const history = new MetricHistory(props.periodSeconds, props.delaySeconds);
  const added: { readonly at: number; readonly count: number }[] = [];
  return {
    intervalSeconds: props.periodSeconds,
    decide: (now, seen) => {
      history.record(now, props.metric(seen));
      const values = history.last(now, props.datapoints);
      if (values.length < props.datapoints) return seen.desired;
      // The step is that of the least value: all of them breach it.
      const change = [...props.steps].reverse().find(({ lower }) => Math.min(...values) >= lower)?.change ?? 0;
      if (change <= 0) return seen.desired + change;
      while (added[0] && added[0].at <= now - props.warmupSeconds) added.shift();
      const more = change - added.reduce((sum, { count }) => sum + count, 0);
      if (more <= 0) return seen.desired;
      added.push({ at: now, count: more });
      return seen.desired + more;
    },
  };
}

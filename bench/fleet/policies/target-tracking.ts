import { MetricHistory } from '../history';
import { parseMetricMath, type MetricValues } from '../metric-math';
import type { Observation, Policy } from '../policy';

/** What a target-tracking policy of EC2 Auto Scaling is configured with. */
export interface TargetTracking {
  /** Metric math over `metrics`. */
  readonly expression: string;
  /** What each id of the expression measures. */
  readonly metrics: Readonly<Record<string, (seen: Observation) => number>>;
  readonly targetValue: number;
  /** 60, or 10 or 30 with high-resolution metrics. */
  readonly periodSeconds: number;
  /** From the end of a period until an alarm can see its value. */
  readonly delaySeconds: number;
  readonly warmupSeconds: number;
}

/**
 * The alarms that target tracking makes: three values above the target scale out, fifteen below 90 % of it scale in.
 * Source: the alarms that Auto Scaling creates (`AlarmHigh`: 3 datapoints of the period, `AlarmLow`: 15 datapoints, its threshold a
 * tenth below the target), Application Auto Scaling user guide, "Target tracking scaling policies"; the guide itself says only
 * that it is quick to add and slow to remove.
 */
const OUT_DATAPOINTS = 3;
const IN_DATAPOINTS = 15;
const LOW_THRESHOLD = 0.9;

/** How EC2 Auto Scaling follows a target. */
export function targetTracking(props: TargetTracking): Policy {
  const expression = parseMetricMath(props.expression);
  const history = new MetricHistory(props.periodSeconds, props.delaySeconds);
  const inService = new MetricHistory(props.periodSeconds, props.delaySeconds);
  let warmUntil = -Infinity;
  let lastDesired = 0;
  return {
    intervalSeconds: props.periodSeconds,
    decide: (now, seen) => {
      const values: MetricValues = Object.fromEntries(
        Object.entries(props.metrics).map(([id, measure]) => [id, measure(seen)]),
      );
      history.record(now, expression(values));
      inService.record(now, seen.inService);
      // Whichever policy added them, nothing is taken away while instances warm up.
      if (seen.desired > lastDesired && now > 0) warmUntil = now - props.periodSeconds + props.warmupSeconds;
      lastDesired = seen.desired;
      const low = history.last(now, IN_DATAPOINTS);
      const high = low.slice(-OUT_DATAPOINTS);
      const latest = high.at(-1);
      if (latest === undefined) return seen.desired;
      // What the metric was divided by is the capacity that it speaks of.
      const wanted = Math.ceil(((inService.last(now, 1)[0] ?? 0) * latest) / props.targetValue - 1e-9);
      if (high.length === OUT_DATAPOINTS && high.every((value) => value > props.targetValue)) {
        return Math.max(seen.desired, wanted);
      }
      const isLow = low.length === IN_DATAPOINTS && low.every((value) => value < LOW_THRESHOLD * props.targetValue);
      return isLow && now >= warmUntil ? Math.min(seen.desired, wanted) : seen.desired;
    },
  };
}

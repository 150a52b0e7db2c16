import { MetricHistory } from '../history';
import type { Observation, Policy } from '../policy';

/** What an autoscaler of a managed instance group is configured with, on a per-group metric. */
export interface GcpAutoscaler {
  /** What the per-group metric measures. */
  readonly metric: (seen: Observation) => number;
  /** How much of the metric one instance is given. */
  readonly singleInstanceAssignment: number;
  /** How often the metric is sampled. */
  readonly periodSeconds: number;
  /** From a sample until the autoscaler sees it. */
  readonly delaySeconds: number;
  /** Time whose largest need the group keeps its size for. @default 600 */
  readonly stabilizationSeconds?: number;
  /** At most so many instances fewer than the peak of the last `windowSeconds`, or so many percent of it. */
  readonly scaleInControl?: ScaleInControl;
}

export type ScaleInControl = { readonly windowSeconds: number } & (
  { readonly maximum: number } | { readonly percent: number }
);

/**
 * Source: Compute Engine, "Understanding autoscaler decisions": the recommended size is what the peak load of the stabilization period
 * needs, 10 minutes unless the autoscaler says otherwise. How often it looks is not promised; it is seen to do so every few seconds to a
 * minute.
 */
const EVALUATION_SECONDS = 10;
const STABILIZATION_SECONDS = 600;

/** How Compute Engine's autoscaler sizes a group by a backlog. */
export function gcpAutoscaler(props: GcpAutoscaler): Policy {
  const history = new MetricHistory(props.periodSeconds, props.delaySeconds);
  const needed: Size[] = [];
  const recommended: Size[] = [];
  const { scaleInControl: control, stabilizationSeconds = STABILIZATION_SECONDS } = props;
  return {
    intervalSeconds: EVALUATION_SECONDS,
    decide: (now, seen) => {
      history.record(now, props.metric(seen));
      const latest = history.last(now, 1)[0];
      if (latest === undefined) return seen.desired;
      const size = Math.ceil(latest / props.singleInstanceAssignment);
      needed.push({ at: now, size });
      const stable = peakSince(needed, now - stabilizationSeconds);
      if (control === undefined) return stable;
      const peak = peakSince(recommended, now - control.windowSeconds);
      // "If there is a remainder, the number is rounded" (REST resource `autoscalers`, `calculated`): 80 % of one machine are one.
      const fewer = 'maximum' in control ? control.maximum : Math.round((peak * control.percent) / 100);
      const least = peak - fewer;
      recommended.push({ at: now, size: Math.max(stable, least) });
      return Math.max(stable, least);
    },
  };
}

interface Size {
  readonly at: number;
  readonly size: number;
}

/** The largest of the sizes since then; older ones are forgotten. */
function peakSince(sizes: Size[], from: number): number {
  while (sizes[0] && sizes[0].at < from) sizes.shift();
  return sizes.reduce((peak, { size }) => Math.max(peak, size), 0);
}

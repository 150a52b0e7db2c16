import { InvalidPropError } from '../props/invalid-prop';
import type { Cloud } from '../props/cloud';
import { checkWhole } from '../props/checks';

/**
 * The numbers of the scaling law. How many slots a fleet should have:
 *
 *     slots wanted = offered load / utilization + waiting x mean job time / time to clear the queue
 *
 * The offered load is what the jobs need that come now, jobs a second x mean job time: the gateway finds it from how the number of jobs
 * grows. It needs room above it, for what comes while more instances boot; the queue needs the slots that clear it in time. A gateway
 * publishes the number every ten seconds. The defaults are those that did best in the simulation (docs/scaling.md), which differ between
 * the clouds: Compute Engine's autoscaler holds the largest size of ten minutes, so there every slot too many costs more, and is room for
 * longer.
 */
export interface FleetScaling {
  /** How long a job takes, in seconds, 0.1 to 3600. @default 3 */
  readonly meanJobSeconds?: number;
  /** Share of the slots that should be busy, in percent, 10 to 100. @default 80 on AWS, 90 on GCP */
  readonly utilizationPercent?: number;
  /** How soon a queue should be gone, in seconds, 5 to 3600. @default 30 on AWS, 120 on GCP */
  readonly clearSeconds?: number;
  /** From an instance's launch to its first job, in seconds, 0 to 900: so long, a new one is no reason to take another away. @default 60 */
  readonly warmupSeconds?: number;
}

/** {@link FleetScaling} with defaults. */
export type ResolvedFleetScaling = Required<FleetScaling>;

/** Seconds between two values of the published number: the shortest period of a target-tracking policy (EC2 Auto Scaling user guide, "high-resolution metrics"). */
export const DEMAND_PERIOD_SECONDS = 10;

/**
 * What an alarm on a fleet without any instance adds: so many instances as soon as the slots wanted exceed those of the step before.
 * Target tracking cannot begin there: it multiplies what is there.
 */
export const WAKE_STEPS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/**
 * On GCP, so many percent of the machines leave within the window at most: what a wrong value of the published number can cost at once. The
 * autoscaler holds the largest size of the last ten minutes anyway ("Stabilization period"); a tighter limit costs more than it saves
 * (docs/scaling.md).
 */
export const GCP_SCALE_IN = { percent: 80, windowSeconds: 600 } as const;

/** Of the slots wanted, how many fall to each instance; without one, all of them. CloudWatch's metric math, as are those below. */
export const SLOTS_WANTED_OF_EACH = 'IF(instances > 0, wanted / instances, wanted)';

/** What is wanted of a fleet that has no instance; nothing of one that has. */
export const SLOTS_WANTED_OF_NONE = 'IF(instances > 0, 0, wanted)';

/** What is best differs with how a cloud's autoscaler lets machines go. */
export const SCALING_DEFAULTS: Readonly<Record<Cloud, ResolvedFleetScaling>> = {
  aws: { meanJobSeconds: 3, utilizationPercent: 80, clearSeconds: 30, warmupSeconds: 60 },
  gcp: { meanJobSeconds: 3, utilizationPercent: 90, clearSeconds: 120, warmupSeconds: 60 },
};

/** Applies the defaults of a cloud. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveScaling(cloud: Cloud, scaling: FleetScaling = {}): ResolvedFleetScaling {
  const defaults = SCALING_DEFAULTS[cloud];
  const {
    meanJobSeconds = defaults.meanJobSeconds,
    utilizationPercent = defaults.utilizationPercent,
    clearSeconds = defaults.clearSeconds,
    warmupSeconds = defaults.warmupSeconds,
  } = scaling;
  if (!(meanJobSeconds >= 0.1 && meanJobSeconds <= 3600)) {
    throw new InvalidPropError('scaling.meanJobSeconds', meanJobSeconds, 'must be a number from 0.1 to 3600');
  }
  checkWhole('scaling.utilizationPercent', utilizationPercent, 10, 100);
  checkWhole('scaling.clearSeconds', clearSeconds, 5, 3600);
  checkWhole('scaling.warmupSeconds', warmupSeconds, 0, 900);
  return { meanJobSeconds, utilizationPercent, clearSeconds, warmupSeconds };
}

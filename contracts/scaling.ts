/** Ranges of the numbers of the scaling model, which `FleetScaling` (modules/sandbox-fleet) explains. */
export const SCALING_RANGES = {
  meanJobSeconds: { minimum: 0.1, maximum: 3600 },
  utilizationPercent: { minimum: 10, maximum: 100 },
  clearSeconds: { minimum: 5, maximum: 3600 },
  warmupSeconds: { minimum: 0, maximum: 900 },
} as const;

/** Seconds between two values of the published number: the shortest period of a target-tracking policy (EC2 Auto Scaling user guide, "high-resolution metrics"). */
export const DEMAND_PERIOD_SECONDS = 10;

/**
 * What an alarm on a fleet without any instance adds: so many instances as soon as the slots wanted exceed those of the step before.
 * Target tracking cannot begin there: it multiplies what is there.
 */
export const WAKE_STEPS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/**
 * On GCP, at most this percentage of the machines leaves within the window: what a wrong value of the published number can cost at once.
 * The autoscaler holds the largest size of the last ten minutes anyway ("Stabilization period"); a tighter limit costs more than it saves
 * (docs/scaling.md).
 */
export const GCP_SCALE_IN = { percent: 80, windowSeconds: 600 } as const;

/** Of the slots wanted, how many fall to each instance; without one, all of them. CloudWatch's metric math, as is the one below. */
export const SLOTS_WANTED_OF_EACH = 'IF(instances > 0, wanted / instances, wanted)';

/** What is wanted of a fleet that has no instance; nothing of one that has. */
export const SLOTS_WANTED_OF_NONE = 'IF(instances > 0, 0, wanted)';

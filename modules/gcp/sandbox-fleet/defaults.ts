import type { ResolvedFleetScaling } from '../../sandbox-fleet/scaling';

/**
 * The numbers that did best in the simulation (docs/scaling.md). Compute Engine's autoscaler holds the largest size of ten minutes: every
 * slot too many costs more than on AWS, and is room for longer.
 */
export const GCP_SCALING_DEFAULTS: ResolvedFleetScaling = {
  meanJobSeconds: 3,
  utilizationPercent: 90,
  clearSeconds: 120,
  warmupSeconds: 60,
};

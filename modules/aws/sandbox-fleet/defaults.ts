import type { ResolvedFleetScaling } from '../../sandbox-fleet/scaling';

/** The numbers that did best in the simulation (docs/scaling.md). */
export const AWS_SCALING_DEFAULTS: ResolvedFleetScaling = {
  meanJobSeconds: 3,
  utilizationPercent: 80,
  clearSeconds: 30,
  warmupSeconds: 60,
};

import type { Observation } from './policy';

/** The scaling law's numbers. Times are seconds. */
export interface ScalingLaw {
  /** Jobs that an instance runs at once. */
  readonly slots: number;
  readonly meanJobSeconds: number;
  /** Share of the slots that should be busy: the rest takes what comes while more instances boot. */
  readonly utilization: number;
  /** How soon a queue should be gone. */
  readonly clearSeconds: number;
}

/**
 * How many slots the fleet should have: those that run jobs, with room above them, and as many as clear the queue in time.
 * Waiting jobs weigh less than running ones, for a slot runs many of them within `clearSeconds`.
 */
export function slotsWanted(law: ScalingLaw, { waiting, inFlight }: Pick<Observation, 'waiting' | 'inFlight'>): number {
  return inFlight / law.utilization + (waiting * law.meanJobSeconds) / law.clearSeconds;
}

/** The best numbers of the sweep (`bench/fleet/sweep.ts`). */
export const bestLaw: ScalingLaw = { slots: 4, meanJobSeconds: 3, utilization: 0.8, clearSeconds: 30 };

import type { Observation } from './policy';

/** The numbers of the oracle's law. Times are seconds. */
export interface QueueLaw {
  /** Jobs that an instance runs at once. */
  readonly slots: number;
  readonly meanJobSeconds: number;
  /** Share of the slots that should be busy. */
  readonly utilization: number;
  /** How soon a queue should be gone. */
  readonly clearSeconds: number;
}

/** What all fleets are compared with; it stays as it is, so that the figures of one version can be compared with those of the next. */
export const oracleLaw: QueueLaw = { slots: 4, meanJobSeconds: 3, utilization: 0.8, clearSeconds: 30 };

/** How many slots a fleet should have for what is there: those that run jobs, with room above them, and as many as clear the queue in time. */
export function slotsForWhatIsThere(
  law: QueueLaw,
  { waiting, inFlight }: Pick<Observation, 'waiting' | 'inFlight'>,
): number {
  return inFlight / law.utilization + (waiting * law.meanJobSeconds) / law.clearSeconds;
}

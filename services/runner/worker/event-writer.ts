import { FencedError, type Attempt, type Attempts } from '../../engines/event-store/job-store';
import type { UnnumberedEvent } from '../../protocol/events';
import { UnavailableTooLongError, withRetries } from '../../program/retry';

/** Writes a job's events in order, many at a time while the store is busy with earlier ones. */
export interface EventWriter {
  /** Never waits, never throws. What a job may write is bounded by its limits. */
  write(event: UnnumberedEvent): void;
  /**
   * Resolves when everything that was written is stored.
   *
   * @throws FencedError when the attempt may not write any more
   * @throws UnavailableTooLongError when the store stayed away
   */
  flushed(): Promise<void>;
}

export interface EventWriterProps {
  readonly store: Pick<Attempts, 'append'>;
  readonly attempt: Attempt;
  /** How long an outage of the store is borne. */
  readonly patienceMs: number;
  /** Called once, when writing has become pointless. */
  readonly onStopped: () => void;
}

/** Events in one call: bounds what a store has to take at once. */
const MAXIMUM_BATCH = 256;

export function createEventWriter({ store, attempt, patienceMs, onStopped }: EventWriterProps): EventWriter {
  let waiting: UnnumberedEvent[] = [];
  let writing: Promise<void> | undefined;
  let stopped: Error | undefined;
  let last = 0;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && !stopped) {
      const batch = waiting.slice(0, MAXIMUM_BATCH);
      waiting = waiting.slice(batch.length);
      const after = last;
      try {
        last = await withRetries(() => store.append(attempt, batch, after), patienceMs);
      } catch (error) {
        const isKnown = error instanceof FencedError || error instanceof UnavailableTooLongError;
        stopped = isKnown ? error : new UnavailableTooLongError(error);
        waiting = [];
        onStopped();
      }
    }
    writing = undefined;
  };

  return {
    write: (event) => {
      if (stopped) return;
      waiting.push(event);
      writing ??= drain();
    },
    flushed: async () => {
      while (writing) await writing;
      if (stopped) throw stopped;
    },
  };
}

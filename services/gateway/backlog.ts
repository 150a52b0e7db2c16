import type { FleetPresence } from '../engines/event-store/fleet-presence';

/** What is known of the jobs that wait. Asked seldom: many submits share one answer. */
export interface Backlog {
  /** About how many jobs wait for a slot. Never rejects: without an answer the last one holds. */
  waiting(): Promise<number>;
}

const FRESH_MS = 1_000;

/**
 * Counts in the event store, which knows at once of every job that was accepted or has ended; a queue's own count is approximate
 * (SQS), or minutes old (Pub/Sub).
 *
 * @param slots jobs that all runners together run at once
 */
export function watchBacklog(presence: Pick<FleetPresence, 'load'>, slots: number): Backlog {
  let waiting = 0;
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      const load = await presence.load();
      waiting = Math.max(0, load.waiting + load.running - slots);
    } catch {
      // The submit itself will tell that the store is away.
    } finally {
      askedAtMs = Date.now();
      asking = undefined;
    }
  };
  return {
    waiting: async () => {
      if (Date.now() - askedAtMs > FRESH_MS) await (asking ??= ask());
      return waiting;
    },
  };
}

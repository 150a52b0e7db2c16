import type { JobQueue } from '../engines/job-queue';

/** What is known of the queue's length. Asked seldom: many submits share one answer. */
export interface Backlog {
  /** About how many jobs wait. Never rejects: without an answer the last one holds. */
  waiting(): Promise<number>;
}

const FRESH_MS = 1_000;

export function watchBacklog(queue: JobQueue): Backlog {
  let waiting = 0;
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      ({ waiting } = await queue.depth());
    } catch {
      // The submit itself will tell that the queue is away.
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

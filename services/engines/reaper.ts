import type { EventStore, JobEvent } from './event-store/event-store';
import { releaseJobSlot } from './job-slots';

/** Ends jobs whose deadline passed with nobody left to say so. */
export interface Reaper {
  /** Looks once. @returns how many it ended */
  look(): Promise<number>;
  close(): void;
}

export interface ReaperProps {
  readonly store: EventStore;
  /** @default 5_000 */
  readonly intervalMs?: number;
  /** Told of each job that was ended, and of each look that failed (the next one comes). */
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

const MAXIMUM_AT_ONCE = 100;

/** What the client of a job reads whose deadline passed. */
export const DEADLINE_PASSED: JobEvent = {
  type: 'error',
  code: 'unavailable',
  message: 'the job was not run before its deadline; submit it again',
};

/** Every gateway and every runner has one: whoever is there ends what is overdue, and only one of them does. */
export function startReaper({ store, intervalMs = 5_000, log = () => {} }: ReaperProps): Reaper {
  const look = async (): Promise<number> => {
    let ended = 0;
    for (const jobId of await store.overdue(MAXIMUM_AT_ONCE)) {
      const job = await store.findJob(jobId);
      if (!job || !(await store.endUnheld(jobId, DEADLINE_PASSED))) continue;
      await releaseJobSlot(store, { id: jobId, owner: job.owner });
      ended++;
      log('a job passed its deadline', { job: jobId });
    }
    return ended;
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch((error: unknown) => log('the reaper could not look', { error: String(error) }))
      .finally(() => (isLooking = false));
  }, intervalMs);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}

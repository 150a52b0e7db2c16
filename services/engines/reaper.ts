import type { TerminalEvent } from '../protocol/events';
import type { JobLedger } from './event-store/job-store';
import type { RateLimiter } from './event-store/rate-limiter';
import { releaseJobSlot } from './job-slots';

/** Ends jobs whose deadline passed with nobody left to say so. */
export interface Reaper {
  /** Looks once. @returns how many it ended */
  look(): Promise<number>;
  close(): void;
}

export interface ReaperProps {
  readonly ledger: JobLedger;
  readonly limiter: RateLimiter;
  /** @default 5_000 */
  readonly intervalMs?: number;
  /** Told of each job that was ended, and of each look that failed (the next one comes). */
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

const MAXIMUM_AT_ONCE = 100;

/** What the client of a job reads whose deadline passed. */
export const DEADLINE_PASSED: TerminalEvent = {
  type: 'error',
  code: 'unavailable',
  message: 'the job was not run before its deadline; submit it again',
};

/** Every gateway and every runner has one: whoever is there ends what is overdue, and only one of them does. */
export function startReaper({ ledger, limiter, intervalMs = 5_000, log = () => {} }: ReaperProps): Reaper {
  const look = async (): Promise<number> => {
    let ended = 0;
    for (const jobId of await ledger.overdue(MAXIMUM_AT_ONCE)) {
      const job = await ledger.findJob(jobId);
      if (!job || !(await ledger.endUnheld(jobId, DEADLINE_PASSED))) continue;
      await releaseJobSlot(limiter, { id: jobId, owner: job.owner });
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

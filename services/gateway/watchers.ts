import { randomUUID } from 'node:crypto';
import type { CommandChannel } from '../engines/event-store/job-store';
import type { RateLimiter } from '../engines/event-store/rate-limiter';

/** Knows which jobs somebody reads, on this gateway or another, and cancels those that nobody came back to. */
export interface Watchers {
  /** A client reads the job from now on. Call what is returned when it does no longer. */
  watch(jobId: string): () => void;
  /** The job has ended: nobody need come back. */
  ended(jobId: string): void;
  close(): void;
}

/** Readers of one job at most; far more than there ever are. */
const MAXIMUM_READERS = 10_000;

export interface WatchersProps {
  /** Each reader holds a slot of its job. */
  readonly limiter: RateLimiter;
  readonly commands: CommandChannel;
  /** A job that nobody reads for so long is cancelled. */
  readonly graceMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export function createWatchers({ limiter, commands, graceMs, log }: WatchersProps): Watchers {
  const readers = new Map<string, Set<string>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const group = (jobId: string): string => `readers ${jobId}`;
  const logFailure = (doing: string, jobId: string, call: Promise<unknown>): void =>
    void call.catch((error: unknown) => log(`${doing} failed`, { job: jobId, error: (error as Error).message }));
  const renew = (jobId: string, reader: string): void =>
    logFailure('telling of a reader', jobId, limiter.acquireSlot(group(jobId), reader, MAXIMUM_READERS, 2 * graceMs));
  const renewing = setInterval(() => {
    for (const [jobId, names] of readers) for (const name of names) renew(jobId, name);
  }, graceMs);
  renewing.unref();

  const cancelUnlessRead = async (jobId: string): Promise<void> => {
    // A single slot is free only where no reader, on any gateway, holds one.
    const isUnread = await limiter.acquireSlot(group(jobId), 'nobody', 1, 1_000);
    if (!isUnread) return;
    log('a job is cancelled: its client did not come back', { job: jobId });
    await commands.command(jobId, { type: 'cancel', reason: 'its client did not come back' });
  };

  const forget = (jobId: string): void => {
    clearTimeout(timers.get(jobId));
    timers.delete(jobId);
  };

  return {
    watch: (jobId) => {
      const reader = randomUUID();
      const names = readers.get(jobId) ?? new Set<string>();
      readers.set(jobId, names.add(reader));
      forget(jobId);
      renew(jobId, reader);
      return () => {
        if (!names.delete(reader)) return;
        logFailure('telling of a reader', jobId, limiter.releaseSlot(group(jobId), reader));
        if (names.size > 0 || readers.get(jobId) !== names) return;
        readers.delete(jobId);
        const timer = setTimeout(() => {
          timers.delete(jobId);
          logFailure('cancelling', jobId, cancelUnlessRead(jobId));
        }, graceMs);
        timer.unref();
        timers.set(jobId, timer);
      };
    },
    ended: (jobId) => {
      forget(jobId);
      readers.delete(jobId);
    },
    close: () => {
      clearInterval(renewing);
      for (const jobId of [...timers.keys()]) forget(jobId);
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, JobLedger, Position, StoredEvent } from '../engines/event-store/job-store';
import { isUnavailable } from '../program/unavailable';
import { isTerminal } from '../protocol/events';
import { ServiceError } from './service/job-service';

/** An event store that fails over is back in less; a job that it lost is recorded again as soon as its runner notices. */
export const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

/**
 * A job's events until its end, through an outage of the event store and through one that came back empty: the job is in its
 * queue message still, and starts again under a new epoch.
 *
 * @throws ServiceError notFound when the job stays unknown, and what the store throws when it stays away
 */
export async function* followJob(
  store: EventLog & Pick<JobLedger, 'findJob'>,
  jobId: string,
  after: Position | undefined,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): AsyncIterable<StoredEvent> {
  let position = after;
  let awaySinceMs: number | undefined;
  while (!signal.aborted) {
    let reason: unknown = new ServiceError('notFound', `the job ${jobId} has expired`);
    try {
      for await (const stored of store.follow(jobId, position, signal)) {
        awaySinceMs = undefined;
        position = { epoch: stored.epoch, seq: stored.seq };
        yield stored;
        if (isTerminal(stored.event)) return;
      }
      if (signal.aborted || (await store.findJob(jobId))?.state === 'ended') return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      reason = error;
    }
    awaySinceMs ??= Date.now();
    if (Date.now() - awaySinceMs > patienceMs) throw reason;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

import { randomUUID } from 'node:crypto';
import type { Attempt, JobStore, NewJob } from '../../../services/engines/event-store/job-store';
import type { TerminalEvent, UnnumberedEvent } from '../../../services/protocol/events';

const HOUR_MS = 3_600_000;

export const STDOUT: UnnumberedEvent = { type: 'stdout', data: 'x' };
export const EXIT: TerminalEvent = { type: 'exit', reason: 'ok', stage: 'run' };

export function newJob(more: Partial<NewJob> = {}): NewJob {
  return {
    id: randomUUID(),
    owner: 'user:1',
    language: 'python',
    deadlineMs: Date.now() + HOUR_MS,
    retentionMs: HOUR_MS,
    ...more,
  };
}

/** A job that was recorded. */
export async function createdIn(store: JobStore, more: Partial<NewJob> = {}): Promise<NewJob> {
  const job = newJob(more);
  await store.createJob(job);
  return job;
}

/** @throws Error where the job cannot be claimed */
export async function claimIn(store: JobStore, job: NewJob, leaseMs = 60_000, maximumAttempts = 3): Promise<Attempt> {
  const claim = await store.claim(job, { runnerId: 'r', leaseMs, maximumAttempts });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  return claim.attempt;
}

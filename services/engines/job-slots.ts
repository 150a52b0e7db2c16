import type { RateLimiter } from './event-store/rate-limiter';

/**
 * Concurrency slots of one owner: each job under way takes one. The gateway that accepts a job acquires its slot; whoever ends the
 * job (a runner, or the reaper) releases it. A slot that nobody released is free again when the job's deadline has passed.
 *
 * @returns false when the owner has `maximum` jobs under way
 */
export function acquireJobSlot(
  limiter: RateLimiter,
  job: { readonly id: string; readonly owner: string },
  maximum: number,
  deadlineInMs: number,
): Promise<boolean> {
  return limiter.acquireSlot(slotsOf(job.owner), job.id, maximum, deadlineInMs);
}

/** The job is over, or never was. */
export function releaseJobSlot(
  limiter: RateLimiter,
  job: { readonly id: string; readonly owner: string },
): Promise<void> {
  return limiter.releaseSlot(slotsOf(job.owner), job.id);
}

function slotsOf(owner: string): string {
  return `jobs ${owner}`;
}

import type { EventStore } from './event-store/event-store';

/**
 * How many jobs one owner has under way. The gateway that accepts a job takes a place for it; whoever ends the job (a runner, or
 * the reaper) leaves it. A place that nobody left is free when the job's deadline has passed.
 *
 * @returns false when the owner has `maximum` jobs under way
 */
export function takeJobPlace(
  store: EventStore,
  job: { readonly id: string; readonly owner: string },
  maximum: number,
  deadlineInMs: number,
): Promise<boolean> {
  return store.takePlace(placesOf(job.owner), job.id, maximum, deadlineInMs);
}

/** The job is over, or never was. */
export function leaveJobPlace(store: EventStore, job: { readonly id: string; readonly owner: string }): Promise<void> {
  return store.leavePlace(placesOf(job.owner), job.id);
}

function placesOf(owner: string): string {
  return `jobs ${owner}`;
}

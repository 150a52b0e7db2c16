/** Range and default of the longest that a job may take, compile and run together. */
export const MAXIMUM_JOB_SECONDS = { minimum: 10, maximum: 3600, default: 120 } as const;

/** A gateway refuses jobs that would have to wait for longer in the queue. */
export const QUEUE_WAIT_SECONDS = 60;

/** Attempts that a job has time for: a runner that dies with it costs the first. */
const ATTEMPTS = 2;

/** Seconds after which a job that was accepted has ended: the longest wait, and the longest job twice. */
export function deadlineSecondsOf(maximumJobSeconds: number): number {
  return QUEUE_WAIT_SECONDS + ATTEMPTS * maximumJobSeconds;
}

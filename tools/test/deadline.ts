/** Minutes after which a test run ends by itself, whatever hangs: CI gives it an hour. */
const RUN_MINUTES = 58;

/** Milliseconds since the epoch at which everything must have ended. */
export type Deadline = number;

/** The deadline of a run that starts now. */
export function newDeadline(): Deadline {
  return Date.now() + RUN_MINUTES * 60_000;
}

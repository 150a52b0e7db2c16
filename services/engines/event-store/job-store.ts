import type { TerminalEvent, UnnumberedEvent } from '../../protocol/events';

/** Jobs from their submit to their end: what gateways record and the reaper ends. */
export interface JobLedger {
  /**
   * Records a job before it is sent to the queue. With an idempotency key that was used before, nothing is recorded and the
   * earlier job's id is returned, on whichever gateway it was.
   */
  createJob(job: NewJob): Promise<{ readonly jobId: string; readonly created: boolean }>;

  /** Removes a job that could not be sent to the queue, with its idempotency key. */
  forgetJob(jobId: string): Promise<void>;

  /** What is known of a job; undefined when it never was or has expired. */
  findJob(jobId: string): Promise<JobState | undefined>;

  /** Jobs whose deadline passed and which have not ended, up to `maximum`: the reaper's work. */
  overdue(maximum: number): Promise<readonly string[]>;

  /**
   * Ends a job that nobody holds (its deadline passed, its attempts are exhausted, it was cancelled while it waited). Exactly one
   * terminal event is ever kept.
   *
   * @returns whether this call ended it
   */
  endUnheld(jobId: string, event: TerminalEvent): Promise<boolean>;
}

/** A runner's side of a job: claim it, write its events, release it. */
export interface Attempts {
  /**
   * Starts an attempt. Whoever held the job before is fenced off: it cannot write any more. A job that this store does not
   * know (it lost its data) is recorded again from `job`.
   */
  claim(job: NewJob, options: ClaimOptions): Promise<ClaimResult>;

  /** The attempt goes on: without renewal, another runner may claim the job after the lease. @throws FencedError */
  renewClaim(attempt: Attempt, leaseMs: number): Promise<void>;

  /** Releases the attempt, as if it had never been counted: a drain, not a failure. Harmless when fenced. */
  release(attempt: Attempt): Promise<void>;

  /**
   * Appends events in order; they are numbered without gaps. The last of them may be terminal: then the job is over, and
   * nothing can follow.
   *
   * @param after number of the last event before these, 0 for none. Those of them that the store has already are not stored
   *   again, so that a call whose answer was lost can be repeated (also when the terminal event was among them). @default the
   *   store's last
   * @returns the number of the last event
   * @throws FencedError when another attempt has begun, the job is over or the store lost events before these
   */
  append(attempt: Attempt, events: readonly UnnumberedEvent[], after?: number): Promise<number>;
}

/** The numbered events of a job, for its readers. */
export interface EventLog {
  /**
   * The events after a position, then those to come, until the terminal one. A position of an attempt that is gone starts over
   * with the current one, whose first event is a `reset`. Ends when the signal aborts or the job is unknown.
   *
   * @throws StoreUnavailableError
   */
  follow(jobId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<StoredEvent>;

  /** The events after a position, up to `maximum`, without waiting. */
  read(jobId: string, after: Position | undefined, maximum: number): Promise<readonly StoredEvent[]>;
}

/** Live input, signals and cancellation, from a job's client to its runner. */
export interface CommandChannel {
  /** Sends a command to whoever runs the job. Commands are kept in order until the job ends. */
  command(jobId: string, command: JobCommand): Promise<void>;

  /** The commands of a job from its first on, then those to come, until the signal aborts. */
  commands(jobId: string, signal: AbortSignal): AsyncIterable<JobCommand>;
}

/**
 * All four share the keys of one job, and what they change together changes at once: one adapter holds them. Callers take the
 * interfaces that they need.
 */
export interface JobStore extends JobLedger, Attempts, EventLog, CommandChannel {}

/** A job as the store first sees it. */
export interface NewJob {
  readonly id: string;
  /** Who may see it: the user, or the anonymous client's token. */
  readonly owner: string;
  /** Language id; for metrics. */
  readonly language: string;
  /** The key, already made unique to its owner. @default none */
  readonly idempotencyKey?: string;
  /** Milliseconds since the epoch at which the job has ended, whatever happens. */
  readonly deadlineMs: number;
  /** How long the job, its events and its result are kept after its last change. */
  readonly retentionMs: number;
}

export interface JobState {
  readonly owner: string;
  readonly language: string;
  readonly state: 'queued' | 'running' | 'ended';
  /** Attempts counted so far. */
  readonly attempts: number;
  readonly epoch: string;
  /** Number of the last event. */
  readonly lastSeq: number;
  readonly deadlineMs: number;
  /** The terminal event, when it has ended. */
  readonly terminal?: TerminalEvent;
}

/** One runner's right to write a job's events. */
export interface Attempt {
  readonly jobId: string;
  /** Unique to the attempt; an epoch of event numbers. */
  readonly epoch: string;
  /** 1 for the first. */
  readonly number: number;
}

export interface ClaimOptions {
  readonly runnerId: string;
  /** How long the claim holds unless renewed. */
  readonly leaseMs: number;
  /** Attempts that a job gets. */
  readonly maximumAttempts: number;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly attempt: Attempt }
  /** It ended already: complete the message. */
  | { readonly kind: 'ended' }
  /** Another runner holds it, for at most `forMs` milliseconds: release the message until then. */
  | { readonly kind: 'held'; readonly forMs: number }
  /** Its attempts are exhausted: end it, then dead-letter the message. */
  | { readonly kind: 'exhausted'; readonly attempts: number };

/** Where a reader is: the attempt's epoch and the number of the last event seen in it. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface StoredEvent extends Position {
  readonly event: UnnumberedEvent;
}

/** What a client tells the runner of its job. */
export type JobCommand =
  | { readonly type: 'stdin'; readonly data: string; readonly encoding?: 'utf8' | 'base64' }
  | { readonly type: 'stdinClose' }
  | { readonly type: 'signal'; readonly signal: string }
  | { readonly type: 'cancel'; readonly reason: string };

/** Another attempt has begun, or the job has ended: stop writing. */
export class FencedError extends Error {
  constructor(attempt: Attempt) {
    super(`attempt ${attempt.number} of job ${attempt.jobId} may not write any more`);
    this.name = 'FencedError';
  }
}

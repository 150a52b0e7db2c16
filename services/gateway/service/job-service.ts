import type { StoredEvent, Position, JobCommand, JobState } from '../../engines/event-store/job-store';
import type { Job } from '../../protocol/job';
import type { JobLimits } from '../../protocol/limits';
import type { ErrorCode } from '../../protocol/messages';

/** Who asks. */
export interface Caller {
  /** The `user_id` of the token, written as JSON; absent for an anonymous caller. */
  readonly userId?: string;
  /** Address of the client, as the load balancer saw it. */
  readonly address: string;
}

export interface SubmitRequest {
  readonly job: Job;
  readonly idempotencyKey?: string;
  /** W3C trace context, carried to the runner. */
  readonly traceparent?: string;
}

export interface AcceptedJob {
  readonly jobId: string;
  /** Shows that its bearer submitted the job. */
  readonly token: string;
  readonly language: string;
  readonly version: string;
  /** What it may use: less than it asked for where its language allows less. */
  readonly limits: JobLimits;
  /** About how many jobs wait before it. */
  readonly waiting: number;
  /** False when the idempotency key gave an earlier job. */
  readonly created: boolean;
}

/** A language version that can be run. */
export interface OfferedVersion {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly version: string;
  readonly highlight: string;
  readonly sourceFile: string;
  readonly isCompiled: boolean;
  /** Regular expressions of the options that a job may ask for. */
  readonly options?: { readonly compile?: readonly string[]; readonly run?: readonly string[] };
}

/**
 * What the gateway does for its clients, whatever protocol they speak (native WebSocket, HTTP, Piston). Every method throws
 * {@link ServiceError} and nothing else.
 */
export interface JobService {
  readonly languages: readonly OfferedVersion[];

  /**
   * Takes what one submit costs from the caller's rate. Asked before a job is read at all, so that one that is refused costs its
   * sender as much as one that is accepted, and the gateway next to nothing.
   */
  admit(caller: Caller): Promise<void>;

  /**
   * Checks the job, limits and load, chooses the version, records the job and queues it. When it resolves, the job is accepted.
   * The caller was admitted.
   */
  submit(caller: Caller, request: SubmitRequest): Promise<AcceptedJob>;

  /** Whether the caller may see the job: its user submitted it, or the token is the job's. */
  authorize(caller: Caller, jobId: string, token: string | undefined): Promise<JobState>;

  /** A job's events after a position until its end. The caller was authorized. */
  follow(jobId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<StoredEvent>;

  /** The events there are after a position, without waiting. */
  read(jobId: string, after: Position | undefined, maximum: number): Promise<readonly StoredEvent[]>;

  /** Sends input, a signal or a cancellation to whoever runs the job, now or later. */
  command(jobId: string, command: JobCommand): Promise<void>;
}

/** A refusal that its client is told in these words. */
export class ServiceError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

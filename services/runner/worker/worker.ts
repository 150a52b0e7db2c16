import type { Attempt, Attempts, CommandChannel, JobLedger } from '../../engines/event-store/job-store';
import type { RateLimiter } from '../../engines/event-store/rate-limiter';
import { decodeJobMessage, NewerMessageError, type JobMessage } from '../../engines/job-message';
import { releaseJobSlot } from '../../engines/job-slots';
import type { JobQueue, Lease } from '../../engines/job-queue/job-queue';
import type { TerminalEvent } from '../../protocol/events';
import type { Job } from '../../protocol/job';
import type { LanguageRuntime } from '../../sandbox/language-runtime';
import type { SandboxPool } from '../../sandbox/sandbox-pool';
import { executeJob, type JobExecution, type RunObserver } from './job-execution';
import { withRetries } from '../../program/retry';

/** Takes jobs from the queue and runs them, as many at once as it has slots. */
export interface Worker {
  /** How many jobs it holds now. */
  readonly running: number;
  /**
   * Takes no more jobs; waits for those that run, puts back those that `graceMs` leaves over (another runner starts them
   * anew). Resolves when it holds none.
   */
  drain(graceMs: number): Promise<void>;
}

export interface WorkerProps {
  readonly queue: JobQueue;
  readonly store: Attempts & CommandChannel & Pick<JobLedger, 'endUnheld'>;
  readonly limiter: RateLimiter;
  readonly sandboxPool: SandboxPool;
  /** @throws UnknownLanguageError, ImageUnavailableError */
  readonly runtimeOf: (job: Job) => LanguageRuntime | Promise<LanguageRuntime>;
  /** Jobs at once. */
  readonly slots: number;
  /** Unique to this process; for logs and claims. */
  readonly runnerId: string;
  /** How long a job is this runner's unless extended; after a crash it is taken up again so much later. @default 30 */
  readonly leaseSeconds?: number;
  /** Attempts that a job gets before it is dead-lettered. @default 3 */
  readonly maximumAttempts?: number;
  /** How long an outage of the event store is borne before a job is put back. @default 60_000 */
  readonly patienceMs?: number;
  readonly observer?: RunObserver;
  /** Told when it takes a job after it had none, and when it has none any more. */
  readonly onBusy?: (isBusy: boolean) => void;
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** The maximum of SQS long polling. */
const WAIT_SECONDS = 20;
/** The maximum of one SQS call. */
const MAXIMUM_RECEIVED = 10;
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** A message of a newer version waits so long before somebody looks at it again: in a rolling upgrade, newer runners are there soon. */
const NEWER_MESSAGE_SECONDS = 5;

/** Starts to take jobs at once. */
export function startWorker(props: WorkerProps): Worker {
  const { queue, store, limiter, slots, leaseSeconds = 30, maximumAttempts = 3, patienceMs = 60_000 } = props;
  const log = props.log ?? (() => {});
  const executing = new Set<JobExecution>();
  const handling = new Set<Promise<void>>();
  const draining = new AbortController();
  let isOutOfTime = false;

  const take = async (lease: Lease): Promise<void> => {
    const message = decoded(lease);
    if (message instanceof NewerMessageError) {
      log('a message is left for a newer runner', { message: lease.id, error: message.message });
      props.observer?.putBack('newerMessage');
      return lease.release(NEWER_MESSAGE_SECONDS);
    }
    if (message instanceof Error) {
      log('a message is dead-lettered', { message: lease.id, error: message.message });
      await lease.deadLetter(message.message);
      return;
    }
    const { id, owner, job, deadlineMs, retentionMs } = message;
    const claim = await withRetries(
      () =>
        store.claim(
          { id, owner, language: job.language, deadlineMs, retentionMs },
          { runnerId: props.runnerId, leaseMs: leaseSeconds * 1000, maximumAttempts },
        ),
      (leaseSeconds * 1000) / 2,
    );
    if (claim.kind === 'ended') return lease.complete();
    if (claim.kind === 'held') return lease.release(Math.min(900, Math.ceil(claim.forMs / 1000)));
    if (claim.kind === 'exhausted') {
      log('a job is dead-lettered', { job: id, attempts: claim.attempts });
      await releaseJobSlot(limiter, message);
      await store.endUnheld(id, attemptsExhausted(claim.attempts));
      return lease.deadLetter(`${claim.attempts} attempts ended without a result`);
    }
    props.observer?.claimed(job.language, Math.max(0, Date.now() - message.acceptedMs));
    await hold(message, lease, claim.attempt);
  };

  const hold = async (message: JobMessage, lease: Lease, attempt: Attempt): Promise<void> => {
    const { id, owner, job } = message;
    const execution = executeJob({
      traceparent: lease.attributes.traceparent,
      jobId: id,
      owner,
      job,
      lease,
      attempt,
      isLastAttempt: attempt.number >= maximumAttempts,
      store,
      limiter,
      prepare: async () => props.runtimeOf(job),
      sandboxPool: props.sandboxPool,
      leaseSeconds,
      patienceMs,
      observer: props.observer,
      log,
    });
    executing.add(execution);
    if (isOutOfTime) execution.release();
    await execution.ended;
    executing.delete(execution);
  };

  const handle = (lease: Lease): void => {
    const done = take(lease)
      .catch((error: unknown) => {
        // The lease runs off and the message comes again; the attempts bound how often.
        log('a message could not be dealt with', { message: lease.id, error: (error as Error).message });
      })
      .finally(() => {
        handling.delete(done);
        if (handling.size === 0) props.onBusy?.(false);
      });
    handling.add(done);
    if (handling.size === 1) props.onBusy?.(true);
  };

  const loop = async (): Promise<void> => {
    while (!draining.signal.aborted) {
      const free = slots - handling.size;
      if (free <= 0) {
        await Promise.race(handling);
        continue;
      }
      try {
        const leases = await queue.receive({
          maximum: Math.min(free, MAXIMUM_RECEIVED),
          waitSeconds: WAIT_SECONDS,
          leaseSeconds,
          signal: draining.signal,
        });
        leases.forEach(handle);
      } catch (error) {
        if (draining.signal.aborted) return;
        log('the queue could not be asked', { error: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
      }
    }
  };
  const looping = loop();

  return {
    get running() {
      return handling.size;
    },
    drain: async (graceMs) => {
      draining.abort();
      await looping;
      const timer = setTimeout(() => {
        isOutOfTime = true;
        for (const job of executing) job.release();
      }, graceMs);
      await Promise.all([...handling]);
      clearTimeout(timer);
    },
  };
}

function decoded(lease: Lease): JobMessage | Error {
  try {
    return decodeJobMessage(lease.body);
  } catch (error) {
    return error as Error;
  }
}

function attemptsExhausted(attempts: number): TerminalEvent {
  const message = `the runner failed at each of ${attempts} attempts; the job was dead-lettered`;
  return { type: 'exit', reason: 'sandboxError', stage: 'run', message };
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  FencedError,
  type Attempt,
  type Attempts,
  type CommandChannel,
  type JobCommand,
} from '../../engines/event-store/job-store';
import type { RateLimiter } from '../../engines/event-store/rate-limiter';
import { releaseJobSlot } from '../../engines/job-slots';
import { LeaseLostError, type Lease } from '../../engines/job-queue/job-queue';
import type { ExitEvent, RunnerEvent, UnnumberedEvent, UsageEvent } from '../../protocol/events';
import { UnknownLanguageError } from '../../languages/choose-version';
import type { Job } from '../../protocol/job';
import type { LanguageRuntime } from '../../sandbox/language-runtime';
import { runJob, type RunningJob } from '../../sandbox/job';
import type { SandboxPool } from '../../sandbox/sandbox-pool';
import { createEventWriter } from './event-writer';
import { traceAttempt } from './attempt-trace';
import { withRetries } from '../../program/retry';

/** A job that this runner holds: its message is leased and its attempt is claimed. */
export interface JobExecution {
  /** Resolves when its message was dealt with. Never rejects. */
  readonly ended: Promise<void>;
  /** Ends the program and puts the job back, as if the attempt had not been. */
  release(): void;
}

/**
 * Why a job goes on elsewhere, or again: the drain, a failed sandbox, an image that cannot be had, a message of a newer version,
 * another attempt, a store that stayed away.
 */
export type PutBack = 'drain' | 'sandboxError' | 'noImage' | 'newerMessage' | 'fenced' | 'unavailable';

export interface JobExecutionProps {
  readonly jobId: string;
  /** Who submitted it. */
  readonly owner: string;
  readonly job: Job;
  readonly lease: Lease;
  readonly attempt: Attempt;
  readonly isLastAttempt: boolean;
  readonly store: Attempts & CommandChannel;
  readonly limiter: RateLimiter;
  /** What it runs in; the first job of an image waits for it. @throws UnknownLanguageError, ImageUnavailableError */
  readonly prepare: () => Promise<LanguageRuntime>;
  readonly sandboxPool: SandboxPool;
  readonly leaseSeconds: number;
  /** How long an outage of the event store is borne. */
  readonly patienceMs: number;
  readonly observer?: RunObserver;
  /** W3C trace context of the submit. */
  readonly traceparent?: string;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Measures what a runner does. */
export interface RunObserver {
  /** A job was taken up, so long after it was accepted (by the clocks of two machines). */
  claimed(language: string, waitedMs: number): void;
  /** A stage of it ended. */
  ran(language: string, usage: UsageEvent): void;
  ended(language: string, exit: ExitEvent): void;
  putBack(why: PutBack): void;
}

/** Leases are extended three times in their time, so that one extension may fail. */
const EXTENSIONS_PER_LEASE = 3;
/** What is away has so long to come back before a job meets it again. */
const PAUSE_SECONDS: Readonly<Partial<Record<PutBack, number>>> = { unavailable: 5, noImage: 10 };

/** Runs a claimed job: events out, commands in, the lease kept, the message dealt with at the end. */
export function executeJob(props: JobExecutionProps): JobExecution {
  const { job, lease, attempt, store, patienceMs, log } = props;
  let isReleased = false;
  let running: RunningJob | undefined;
  let terminal: UnnumberedEvent | undefined;
  /** What came before the program ran, and when the program has been told. */
  const early: JobCommand[] = [];
  let caughtUp = Promise.resolve();
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    running?.cancel();
  };
  const writer = createEventWriter({ store, attempt, patienceMs, onStopped: stop });
  const ending = new AbortController();
  const traced = traceAttempt(props.traceparent, { id: props.jobId, language: job.language, attempt: attempt.number });

  const emit = (event: RunnerEvent): void => {
    if (event.type === 'exit') {
      // Held back until it is known that no other attempt will follow.
      terminal = unnumbered(event);
      return;
    }
    if (event.type === 'usage') {
      props.observer?.ran(job.language, event);
      traced.ran(event);
    }
    writer.write(unnumbered(event));
  };

  const finish = async (exit: ExitEvent): Promise<void> => {
    if (isReleased && exit.reason === 'cancelled') return await putBack('drain');
    if (exit.reason === 'sandboxError' && !props.isLastAttempt) {
      return await putBack(running ? 'sandboxError' : 'noImage', exit.message);
    }
    // Asked for before the end is written: whoever reads the end may submit the next.
    void quietly('releasing the job’s slot', () =>
      releaseJobSlot(props.limiter, { id: props.jobId, owner: props.owner }),
    );
    try {
      writer.write(terminal!);
      await writer.flushed();
    } catch (error) {
      return await putBack(error instanceof FencedError ? 'fenced' : 'unavailable');
    }
    // The job has ended for its client; a message that cannot be completed comes again and finds it ended.
    const isPoison = exit.reason === 'sandboxError';
    props.observer?.ended(job.language, exit);
    traced.ended(exit.reason);
    await quietly('completing the message', () => (isPoison ? lease.deadLetter(poisonReason(exit)) : lease.complete()));
  };

  /** The job cannot run anywhere: every runner has the same languages. */
  const refuse = async ({ message }: Error): Promise<void> => {
    void quietly('releasing the job’s slot', () =>
      releaseJobSlot(props.limiter, { id: props.jobId, owner: props.owner }),
    );
    try {
      writer.write({ type: 'error', code: 'unknownLanguage', message });
      await writer.flushed();
    } catch (error) {
      return await putBack(error instanceof FencedError ? 'fenced' : 'unavailable');
    }
    await quietly('completing the message', () => lease.complete());
  };

  const putBack = async (why: PutBack, detail?: string): Promise<void> => {
    log('a job is put back', { job: props.jobId, attempt: attempt.number, why, detail });
    props.observer?.putBack(why);
    traced.putBack(why);
    if (why === 'drain') await quietly('releasing the attempt', () => store.release(attempt));
    // The attempt counts, its claim ends now: whoever takes the job need not wait for it.
    if (why === 'sandboxError' || why === 'noImage')
      await quietly('ending the claim', () => store.renewClaim(attempt, 1));
    await quietly('releasing the message', () => lease.release(PAUSE_SECONDS[why] ?? 0));
  };

  const quietly = async (doing: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await withRetries(call, 5_000);
    } catch (error) {
      if (error instanceof FencedError || error instanceof LeaseLostError) return;
      log(`${doing} failed`, { job: props.jobId, error: (error as Error).message });
    }
  };

  const keepLease = setInterval(
    () => {
      void lease.extend(props.leaseSeconds).catch((error: unknown) => {
        if (!(error instanceof LeaseLostError))
          log('extending a lease failed', { job: props.jobId, error: String(error) });
      });
      void store.renewClaim(attempt, props.leaseSeconds * 1000).catch((error: unknown) => {
        if (error instanceof FencedError) stop();
        else log('renewing a claim failed', { job: props.jobId, error: String(error) });
      });
    },
    (props.leaseSeconds * 1000) / EXTENSIONS_PER_LEASE,
  );

  const listen = async (): Promise<void> => {
    let seen = 0;
    while (!ending.signal.aborted) {
      try {
        let index = 0;
        // After an outage the commands come from the first on: those that were obeyed are passed over.
        for await (const command of store.commands(props.jobId, ending.signal)) {
          if (index++ < seen) continue;
          seen = index;
          if (running === undefined) {
            early.push(command);
            if (command.type === 'cancel') stop();
            continue;
          }
          await caughtUp;
          await obey(running, command);
        }
        return;
      } catch (error) {
        if (ending.signal.aborted) return;
        log('listening for commands failed', { job: props.jobId, error: String(error) });
        await sleep(1_000, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  };

  const catchUp = async (program: RunningJob): Promise<void> => {
    for (const command of early) await obey(program, command);
  };

  /** Has it run. One that could not even be made ready ends as `sandboxError`: another machine may have more luck. */
  const outcome = async (): Promise<ExitEvent> => {
    const unprepared = (exit: Pick<ExitEvent, 'reason' | 'message'>): ExitEvent => {
      const event = { type: 'exit', seq: 1, stage: 'run', ...exit } as const;
      emit(event);
      return event;
    };
    let runtime: LanguageRuntime | undefined;
    try {
      runtime = await Promise.race([props.prepare(), aborted(stopping.signal)]);
    } catch (error) {
      if (error instanceof UnknownLanguageError) throw error;
      return unprepared({ reason: 'sandboxError', message: (error as Error).message });
    }
    if (runtime === undefined) return unprepared({ reason: 'cancelled' });
    running = runJob({ job, runtime, sandboxPool: props.sandboxPool, emit });
    caughtUp = catchUp(running);
    return running.ended;
  };

  const run = async (): Promise<void> => {
    writer.write({ type: 'reset', attempt: attempt.number });
    const listening = listen();
    try {
      await finish(await outcome());
    } catch (error) {
      if (!(error instanceof UnknownLanguageError)) throw error;
      await refuse(error);
    } finally {
      clearInterval(keepLease);
      ending.abort();
      await listening;
    }
  };

  return {
    ended: run(),
    release: () => {
      isReleased = true;
      stop();
    },
  };
}

async function obey(running: RunningJob, command: JobCommand): Promise<void> {
  if (command.type === 'stdin') await running.writeStdin(Buffer.from(command.data, command.encoding ?? 'utf8'));
  else if (command.type === 'stdinClose') running.closeStdin();
  else if (command.type === 'signal') running.signal(command.signal as NodeJS.Signals);
  else running.cancel();
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function unnumbered({ seq: _, ...event }: RunnerEvent): UnnumberedEvent {
  return event;
}

function poisonReason(exit: ExitEvent): string {
  return `the sandbox failed at every attempt: ${exit.message ?? 'no reason given'}`;
}

import { randomBytes } from 'node:crypto';
import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import { encodeJobMessage } from '../engines/job-message';
import { PayloadTooLargeError, type JobQueue } from '../engines/job-queue/job-queue';
import type { FleetPresence } from '../engines/event-store/fleet-presence';
import type { CommandChannel, EventLog, JobLedger, JobState, NewJob } from '../engines/event-store/job-store';
import type { RateLimiter } from '../engines/event-store/rate-limiter';
import { releaseJobSlot, acquireJobSlot } from '../engines/job-slots';
import { isUnavailable } from '../program/unavailable';
import { chooseVersion, UnknownLanguageError } from '../languages/choose-version';
import type { UnnumberedEvent } from '../protocol/events';
import type { PresentVersion } from '../languages/host-toolchains';
import { checkOptions, OptionError } from '../languages/options';
import { contextOf, traceparentOf, tracer } from '../program/tracing';
import { watchBacklog } from './backlog';
import { checkFiles } from './check-files';
import { networkOf } from './connections';
import { followJob } from './follow';
import {
  ServiceError,
  type AcceptedJob,
  type Caller,
  type JobService,
  type OfferedVersion,
  type SubmitRequest,
} from './service/job-service';
import type { ResumeTokens } from './resume-token';
import type { GatewaySettings } from './settings';

export interface JobServiceProps {
  readonly queue: JobQueue;
  readonly store: JobLedger & EventLog & CommandChannel;
  readonly limiter: RateLimiter;
  readonly presence: Pick<FleetPresence, 'load'>;
  /** What runners have; the first of a language is its default. */
  readonly versions: readonly PresentVersion[];
  readonly tokens: ResumeTokens;
  readonly settings: GatewaySettings;
  /** Told of each job that was accepted here, and of each event that is read here. @default nobody */
  readonly observer?: JobObserver;
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Measures what clients wait for. */
export interface JobObserver {
  accepted(jobId: string, language: string): void;
  read(jobId: string, event: UnnumberedEvent): void;
}

/** After an outage clients try again so much later. */
const RETRY_AFTER_OUTAGE_MS = 2_000;

export function createJobService(props: JobServiceProps): JobService {
  const { queue, store, limiter, presence, versions, tokens, settings, observer, log = () => {} } = props;
  const backlog = watchBacklog(presence, settings.slots);

  const submit: JobService['submit'] = async (caller, request) => {
    const span = tracer().startSpan('submit', { kind: SpanKind.PRODUCER }, contextOf(request.traceparent));
    try {
      return await accept(caller, request, span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  };

  const accept = async (caller: Caller, { job, idempotencyKey }: SubmitRequest, span: Span): Promise<AcceptedJob> => {
    const owner = ownerOf(caller);
    const chosen = chooseVersion(versions, job.language, job.version);
    checkOptions(job, chosen.language);
    const accepted = { language: chosen.language.id, version: chosen.exactVersion };
    const id = newJobId();
    span.setAttributes({ 'sandpiper.job': id, 'sandpiper.language': `${accepted.language} ${accepted.version}` });
    const limits = checkFiles(job, chosen);
    const waiting = await refuseOverload();
    const now = Date.now();
    const known = {
      id,
      owner,
      language: accepted.language,
      idempotencyKey: idempotencyKey && JSON.stringify([owner, idempotencyKey]),
      deadlineMs: now + settings.jobDeadlineMs,
      retentionMs: settings.retentionMs,
    };
    const bodyOf = (jobId: string): string =>
      encodeJobMessage({ ...known, id: jobId, acceptedMs: now, job: { ...job, ...accepted } });
    const body = bodyOf(id);
    await acquireSlot(known);
    const { jobId, created } = await store.createJob(known);
    if (created) {
      await sendFirst(known, body, traceparentOf(span));
      observer?.accepted(id, accepted.language);
    } else {
      await releaseJobSlot(limiter, known);
      // Whoever recorded it may have died, or lost the store, before the queue had it. Twice in the queue it runs once.
      if (await isUnclaimed(jobId)) await send(bodyOf(jobId), traceparentOf(span));
    }
    return { jobId, token: tokens.of(jobId), ...accepted, limits, waiting, created };
  };

  const send = (body: string, traceparent: string | undefined): Promise<void> =>
    queue.send({ body, attributes: traceparent === undefined ? {} : { traceparent } });

  const sendFirst = async (known: NewJob, body: string, traceparent: string | undefined): Promise<void> => {
    try {
      await send(body, traceparent);
    } catch (error) {
      // Nothing is known of the message: if it is there after all, a runner finds no such job and records it again; its
      // client was told that it was not accepted and nobody reads it.
      await Promise.allSettled([store.forgetJob(known.id), releaseJobSlot(limiter, known)]);
      throw error;
    }
  };

  const isUnclaimed = async (jobId: string): Promise<boolean> => {
    const state = await store.findJob(jobId);
    return state?.state === 'queued' && state.attempts === 0;
  };

  const admit = async (caller: Caller): Promise<void> => {
    const owner = ownerOf(caller);
    const { jobBurst: capacity, jobsPerSecond: refillPerSecond } = settings;
    const { taken, retryAfterMs } = await limiter.takeTokens({ key: `jobs ${owner}`, capacity, refillPerSecond }, 1);
    if (taken) return;
    throw new ServiceError(
      'rateLimited',
      `more than ${capacity} jobs at once and ${refillPerSecond} each second were submitted`,
      retryAfterMs,
    );
  };

  const acquireSlot = async (known: NewJob): Promise<void> => {
    const { maximumJobsPerOwner: maximum, jobDeadlineMs, meanJobMs } = settings;
    if (await acquireJobSlot(limiter, known, maximum, jobDeadlineMs)) return;
    throw new ServiceError('tooManyJobs', `${maximum} jobs are under way; wait for one to end`, meanJobMs);
  };

  const refuseOverload = async (): Promise<number> => {
    const waiting = await backlog.waiting();
    const waitMs = (waiting / settings.slots) * settings.meanJobMs;
    if (waitMs <= settings.maximumQueueWaitMs) return waiting;
    throw new ServiceError(
      'overloaded',
      `${waiting} jobs wait; a new one would wait about ${Math.round(waitMs / 1000)} s`,
      Math.ceil(waitMs - settings.maximumQueueWaitMs) + 1_000,
    );
  };

  const authorize = async (caller: Caller, jobId: string, token: string | undefined): Promise<JobState> => {
    const isBearer = token !== undefined && tokens.isValid(jobId, token);
    const state = await store.findJob(jobId);
    const isOwner = caller.userId !== undefined && state?.owner === ownerOf(caller);
    if (!state && isBearer && Date.now() - submittedMs(jobId) < settings.jobDeadlineMs) {
      // The token is good, so there was such a job: a store that lost it learns of it again from the queue's message.
      throw new ServiceError('unavailable', `the job ${jobId} is not known at the moment`, RETRY_AFTER_OUTAGE_MS);
    }
    // Who may not see a job is not told whether there is one.
    if (!state || !(isBearer || isOwner)) {
      throw new ServiceError('notFound', `there is no job ${jobId} of yours, or it has expired`);
    }
    return state;
  };

  return {
    languages: versions.map(offered),
    admit: withServiceErrors(admit),
    submit: withServiceErrors(submit),
    authorize: withServiceErrors(authorize),
    read: withServiceErrors((jobId, after, maximum) => store.read(jobId, after, maximum)),
    command: withServiceErrors((jobId, command) => store.command(jobId, command)),
    follow: async function* (jobId, after, signal) {
      try {
        for await (const stored of followJob(store, jobId, after, signal)) {
          observer?.read(jobId, stored.event);
          yield stored;
        }
      } catch (error) {
        throw toServiceError(error);
      }
    },
  };

  function withServiceErrors<A extends unknown[], R>(call: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
    return async (...given) => {
      try {
        return await call(...given);
      } catch (error) {
        throw toServiceError(error);
      }
    };
  }

  function toServiceError(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    if (error instanceof PayloadTooLargeError) return new ServiceError('payloadTooLarge', error.message);
    if (error instanceof OptionError) return new ServiceError('invalidMessage', error.message);
    if (error instanceof UnknownLanguageError) return new ServiceError('unknownLanguage', error.message);
    log('a request failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    if (isUnavailable(error)) {
      return new ServiceError('unavailable', 'jobs cannot be taken at the moment', RETRY_AFTER_OUTAGE_MS);
    }
    return new ServiceError('internal', 'the gateway failed');
  }
}

function ownerOf({ userId, address }: Caller): string {
  return userId === undefined ? `ip:${networkOf(address)}` : `user:${userId}`;
}

/** Sorts by time, so that stores and logs are read in order: 48 bits of milliseconds, then 80 of chance. */
function newJobId(): string {
  const time = Buffer.alloc(6);
  time.writeUIntBE(Date.now(), 0, 6);
  return Buffer.concat([time, randomBytes(10)]).toString('hex');
}

/** When a job of ours was submitted: its id says so. */
function submittedMs(jobId: string): number {
  return parseInt(jobId.slice(0, 12), 16) || 0;
}

function offered({ language, version, exactVersion }: PresentVersion): OfferedVersion {
  const { id, name, aliases, highlight, source: sourceFile, options } = language;
  const isCompiled = version.compile !== undefined;
  return { id, name, aliases, version: exactVersion, highlight, sourceFile, isCompiled, options };
}

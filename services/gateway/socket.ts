import type { WebSocket } from 'ws';
import type { Position } from '../engines/event-store/job-store';
import { firstIssue } from '../protocol/first-issue';
import {
  CLOSE_CODES,
  MAX_STDIN_MESSAGE_BYTES,
  clientMessageSchema,
  type ClientMessage,
  type ServerMessage,
  type SubmitMessage,
} from '../protocol/messages';
import { startHeartbeat } from './service/heartbeat';
import { ServiceError, type Caller, type JobService } from './service/job-service';
import type { GatewayMetrics } from './metrics';
import { readJson } from './read-json';
import type { GatewaySettings } from './settings';
import type { Watchers } from './watchers';

export interface SocketContext {
  readonly service: JobService;
  readonly watchers: Watchers;
  readonly settings: GatewaySettings;
  readonly metrics: GatewayMetrics;
  readonly traceparent?: string;
}

/** One client of the native protocol. */
export interface ClientSocket {
  /** Tells the client to go on elsewhere, and closes. */
  goAway(): void;
  /** Closes without a word. */
  terminate(): void;
}

/** Messages that one connection may get wrong before it is closed. */
const MAXIMUM_ERRORS = 50;
/** The largest message that is no submit: standard input whose every byte is escaped. */
const MAXIMUM_UNPAID_BYTES = 6 * MAX_STDIN_MESSAGE_BYTES + 1_024;
/** Messages of one connection that may wait to be dealt with; then nothing more is read from it for a while. */
const MAXIMUM_UNANSWERED = 32;
/** Standard close code: the server goes, or restarts. */
const GOING_AWAY = 1001;

/** Serves one WebSocket of the native protocol (services/protocol/messages.ts) until it closes. */
export function serveSocket(socket: WebSocket, caller: Caller, context: SocketContext): ClientSocket {
  const { service, watchers, settings, metrics } = context;
  /** Jobs that this client reads, and may command: it submitted or resumed them here. */
  const jobs = new Map<string, { readonly reading: AbortController; readonly leave: () => void }>();
  let errors = 0;
  let unanswered = 0;
  /** Messages are dealt with in the order they came in. */
  let previous = Promise.resolve();

  const send = (message: ServerMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };

  const refuse = (error: ServiceError, about: { readonly ref?: string; readonly job?: string } = {}): void => {
    const { code, message, retryAfterMs } = error;
    metrics.rejections.inc({ code });
    send({ type: 'error', ...about, code, message, retryAfterMs });
    if (code === 'invalidMessage' && ++errors > MAXIMUM_ERRORS) {
      socket.close(CLOSE_CODES.tooManyErrors, 'too many messages were refused');
    }
  };

  const read = (jobId: string, after: Position | undefined): void => {
    stopReading(jobId);
    const reading = new AbortController();
    jobs.set(jobId, { reading, leave: watchers.watch(jobId) });
    void forward(jobId, after, reading.signal).catch((error: unknown) => {
      if (reading.signal.aborted) return;
      stopReading(jobId);
      refuse(toServiceError(error), { job: jobId });
    });
  };

  const forward = async (jobId: string, after: Position | undefined, signal: AbortSignal): Promise<void> => {
    for await (const { epoch, seq, event } of service.follow(jobId, after, signal)) {
      if (signal.aborted || socket.readyState !== socket.OPEN) return;
      send({ ...event, seq, epoch, job: jobId });
      if (socket.bufferedAmount > settings.maximumBufferedBytes) return tooSlow();
    }
    if (signal.aborted) return;
    watchers.ended(jobId);
    jobs.delete(jobId);
  };

  const tooSlow = (): void => {
    metrics.rejections.inc({ code: 'slowReader' });
    send({ type: 'error', code: 'slowReader', message: 'you read too slowly; resume your jobs on a new connection' });
    socket.close(CLOSE_CODES.slowReader, 'too slow; resume');
    // What is buffered goes first: a reader that never reads is ended by the next missed heartbeat.
  };

  const stopReading = (jobId: string): void => {
    const job = jobs.get(jobId);
    job?.reading.abort();
    job?.leave();
    jobs.delete(jobId);
  };

  const refuseTooMany = (): void => {
    const limit = settings.maximumJobsPerConnection;
    if (jobs.size < limit) return;
    throw new ServiceError('tooManyJobs', `${limit} jobs of this connection are under way; wait for one to end`);
  };

  const submit = async (message: SubmitMessage, isAdmitted: boolean): Promise<void> => {
    const { type: _, ref, idempotencyKey, ...job } = message;
    try {
      refuseTooMany();
      if (!isAdmitted) await service.admit(caller);
      const accepted = await service.submit(caller, { job, idempotencyKey, traceparent: context.traceparent });
      const { jobId, token, language, version, limits, waiting } = accepted;
      send({ type: 'accepted', ref, job: jobId, token, language, version, limits: { ...limits } });
      send({ type: 'queued', job: jobId, waiting });
      if (socket.readyState === socket.OPEN) read(jobId, undefined);
      else watchers.watch(jobId)();
    } catch (error) {
      refuse(toServiceError(error), { ref });
    }
  };

  const obey = async (message: Exclude<ClientMessage, SubmitMessage>): Promise<void> => {
    if (message.type === 'ping') return send({ type: 'pong' });
    const { job } = message;
    try {
      if (message.type === 'resume') {
        if (!jobs.has(job)) refuseTooMany();
        await service.authorize(caller, job, message.token);
        return read(job, message.after);
      }
      if (!jobs.has(job))
        throw new ServiceError('notFound', `the job ${job} is not read here; resume it first, or it has ended`);
      if (message.type === 'stdin') {
        const { data, encoding } = message;
        await service.command(job, { type: 'stdin', data, encoding });
      } else if (message.type === 'stdinClose') await service.command(job, { type: 'stdinClose' });
      else if (message.type === 'signal') await service.command(job, { type: 'signal', signal: message.signal });
      else await service.command(job, { type: 'cancel', reason: 'its client cancelled it' });
    } catch (error) {
      refuse(toServiceError(error), { job });
    }
  };

  const take = async (data: Buffer): Promise<void> => {
    let value: unknown;
    // Only a submit is that large: it pays before it is read.
    const isAdmitted = data.length > MAXIMUM_UNPAID_BYTES;
    try {
      if (isAdmitted) await service.admit(caller);
      value = readJson(data, 'the message');
    } catch (error) {
      return refuse(toServiceError(error));
    }
    const parsed = clientMessageSchema.safeParse(value);
    if (!parsed.success) refuse(new ServiceError('invalidMessage', firstIssue(parsed.error)), { ref: refOf(value) });
    else if (parsed.data.type === 'submit') await submit(parsed.data, isAdmitted);
    else await obey(parsed.data);
  };

  const initTimer = setTimeout(() => socket.close(CLOSE_CODES.initTimeout, 'no message came'), settings.initTimeoutMs);
  const heartbeat = startHeartbeat(socket, settings.heartbeatMs);
  socket.on('message', (data, isBinary) => {
    heartbeat.heard();
    clearTimeout(initTimer);
    if (isBinary) return refuse(new ServiceError('invalidMessage', 'messages are text, not binary'));
    if (++unanswered >= MAXIMUM_UNANSWERED) socket.pause();
    previous = previous
      .then(() => take(data as Buffer))
      .finally(() => {
        if (--unanswered < MAXIMUM_UNANSWERED && socket.isPaused) socket.resume();
      });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(initTimer);
    for (const jobId of [...jobs.keys()]) stopReading(jobId);
    metrics.connections.dec();
  });
  metrics.connections.inc();

  return {
    goAway: () => {
      send({ type: 'goingAway' });
      socket.close(GOING_AWAY, 'resume elsewhere');
    },
    terminate: () => socket.terminate(),
  };
}

/** The client's own name for a submit that was refused, where it can be read. */
function refOf(value: unknown): string | undefined {
  const { ref } = (value ?? {}) as { readonly ref?: unknown };
  return typeof ref === 'string' ? ref.slice(0, 128) : undefined;
}

function toServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : new ServiceError('internal', 'the gateway failed');
}

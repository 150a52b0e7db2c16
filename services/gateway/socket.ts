import type { WebSocket } from 'ws';
import type { Position } from '../engines/event-store/job-store';
import { firstIssue } from '../protocol/first-issue';
import {
  CLOSE_CODES,
  clientMessageSchema,
  type ClientMessage,
  type ServerMessage,
  type SubmitMessage,
} from '../protocol/messages';
import { startHeartbeat } from './service/heartbeat';
import { ServiceError, type Caller, type JobService } from './service/job-service';
import type { GatewayMetrics } from './metrics';
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

  const submit = async (message: SubmitMessage): Promise<void> => {
    const { type: _, ref, idempotencyKey, ...job } = message;
    try {
      refuseTooMany();
      const accepted = await service.submit(caller, { job, idempotencyKey, traceparent: context.traceparent });
      const { jobId, token, language, version, waiting } = accepted;
      send({ type: 'accepted', ref, job: jobId, token, language, version });
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

  const take = async (text: string): Promise<void> => {
    const message = messageOf(text);
    if (message instanceof ServiceError) refuse(message, { ref: refOf(text) });
    else if (message.type === 'submit') await submit(message);
    else await obey(message);
  };

  const initTimer = setTimeout(() => socket.close(CLOSE_CODES.initTimeout, 'no message came'), settings.initTimeoutMs);
  const heartbeat = startHeartbeat(socket, settings.heartbeatMs);
  socket.on('message', (data, isBinary) => {
    heartbeat.heard();
    clearTimeout(initTimer);
    if (isBinary) return refuse(new ServiceError('invalidMessage', 'messages are text, not binary'));
    const text = (data as Buffer).toString();
    if (++unanswered >= MAXIMUM_UNANSWERED) socket.pause();
    previous = previous
      .then(() => take(text))
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

function messageOf(text: string): ClientMessage | ServiceError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new ServiceError('invalidMessage', 'the message is not JSON');
  }
  const parsed = clientMessageSchema.safeParse(value);
  return parsed.success ? parsed.data : new ServiceError('invalidMessage', firstIssue(parsed.error));
}

/** The client's own name for a submit that was refused, where it can be read. */
function refOf(text: string): string | undefined {
  try {
    const { ref } = JSON.parse(text) as { ref?: unknown };
    return typeof ref === 'string' ? ref.slice(0, 128) : undefined;
  } catch {
    return undefined;
  }
}

function toServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : new ServiceError('internal', 'the gateway failed');
}

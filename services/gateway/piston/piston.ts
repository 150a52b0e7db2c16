import type { FastifyReply, FastifyRequest } from 'fastify';
import * as semver from 'semver';
import type { WebSocket } from 'ws';
import { firstIssue } from '../../protocol/first-issue';
import { jobSchema, type Job } from '../../protocol/job';
import { CLIENT_SIGNALS, MAX_STDIN_MESSAGE_BYTES } from '../../protocol/messages';
import { readJson } from '../read-json';
import { startHeartbeat } from '../service/heartbeat';
import { httpStatus, sayWhenToRetry } from '../service/http-status';
import { ServiceError, type AcceptedJob, type Caller } from '../service/job-service';
import type { Protocol, ProtocolContext } from '../service/protocol';
import { PistonRequestError, pistonJob } from './request';
import { pistonStages } from './result';

/** Piston's own paths, and those of its public instance. */
const BASES = ['/api/v2', '/api/v2/piston'];

/**
 * Piston's API, version 2, so that its clients work by changing their URL. As there: messages, defaults, error texts and close
 * codes. Better than there: signals reach the program, a closed socket cancels its job, output is bounded and whole UTF-8.
 */
export const piston: Protocol = {
  routes: (app, context) => {
    const { service, admit } = context;
    void app.register(async (scope) => {
      // Some clients send JSON without saying so.
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
        readJson(body, 'the body'),
      );
      scope.setErrorHandler((error, _, reply) => refuse(reply, error));
      for (const base of BASES) {
        scope.get(`${base}/runtimes`, () =>
          service.languages.map(({ id, aliases, version }) => ({ language: id, version: semverOf(version), aliases })),
        );
        scope.post(`${base}/execute`, { onRequest: admit }, async (request, reply) => {
          const left = leaving(reply);
          return reply.send(await execute(context, request.caller!, request.body, left));
        });
      }
    });
  },
  sockets: Object.fromEntries(BASES.map((base) => [`${base}/connect`, connect])),
};

/** Runs one job to its end; one whose client leaves is cancelled, whenever that is. */
async function execute(context: ProtocolContext, caller: Caller, body: unknown, left: AbortSignal) {
  const job = checked(pistonJob(body));
  const { jobId, language, version } = await submitted(context, caller, job);
  const leave = (): void => void cancel(context, jobId);
  if (left.aborted) leave();
  else left.addEventListener('abort', leave, { once: true });
  const follower = pistonStages();
  for await (const { event } of context.service.follow(jobId, undefined, left)) follower.take(event);
  left.removeEventListener('abort', leave);
  const { compile, run = compile } = follower.stages;
  return { run, compile, language, version: semverOf(version) };
}

/** Aborts when the client has gone before it had its answer. */
function leaving(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}

/** Messages of one connection that may wait to be dealt with; then nothing more is read from it for a while. */
const MAXIMUM_UNANSWERED = 8;
/** Piston's own time: its clients send `init` as soon as they are connected. */
const INIT_TIMEOUT_MS = 1_000;
/** Piston's close codes. */
const CLOSE = {
  alreadyInitialized: 4000,
  initializationTimeout: 4001,
  notifiedError: 4002,
  notYetInitialized: 4003,
  canOnlyWriteToStdin: 4004,
  invalidSignal: 4005,
  jobCompleted: 4999,
} as const;

function connect(socket: WebSocket, caller: Caller, context: ProtocolContext): void {
  const { service } = context;
  let initialized: Promise<AcceptedJob | undefined> | undefined;
  let isOver = false;
  const reading = new AbortController();
  const send = (message: Readonly<Record<string, unknown>>): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const fail = (error: unknown): void => {
    send({ type: 'error', message: messageOf(error) });
    socket.close(CLOSE.notifiedError, 'Notified Error');
  };

  const run = async (job: Job): Promise<AcceptedJob> => {
    const accepted = await submitted(context, caller, job);
    const { jobId, language, version } = accepted;
    send({ type: 'runtime', language, version: semverOf(version) });
    void tell(jobId).catch((error: unknown) => (reading.signal.aborted ? undefined : fail(error)));
    return accepted;
  };

  const admitted = async (message: Readonly<Record<string, unknown>>): Promise<AcceptedJob> => {
    await service.admit(caller);
    const job = checked(pistonJob(message));
    // What comes by messages is standard input; none is made up.
    return run({ ...job, stdin: message.stdin ? job.stdin : undefined, stdinOpen: true });
  };

  const tell = async (jobId: string): Promise<void> => {
    const follower = pistonStages();
    for await (const { event } of service.follow(jobId, undefined, reading.signal)) {
      for (const stage of follower.take(event)) {
        const { code, signal, message, status } = follower.stages[stage]!;
        send({ type: 'exit', stage, code, signal, message, status });
      }
      if (event.type === 'stage') send({ type: 'stage', stage: event.stage });
      else if (event.type === 'stdout' || event.type === 'stderr') {
        send({ type: 'data', stream: event.type, data: event.data });
        if (socket.bufferedAmount > context.settings.maximumBufferedBytes)
          throw new PistonRequestError('the output is read too slowly');
      }
    }
    if (reading.signal.aborted) return;
    isOver = true;
    socket.close(CLOSE.jobCompleted, 'Job Completed');
  };

  const take = async (data: Buffer): Promise<void> => {
    const message = (readJson(data, 'the message') ?? {}) as Readonly<Record<string, unknown>>;
    if (message.type === 'init') {
      if (initialized) return socket.close(CLOSE.alreadyInitialized, 'Already Initialized');
      initialized = admitted(message).catch((error: unknown) => void fail(error));
    } else if (message.type === 'data' || message.type === 'signal') {
      if (!initialized) return socket.close(CLOSE.notYetInitialized, 'Not yet initialized');
      const isInput = message.type === 'data';
      if (isInput && message.stream !== 'stdin')
        return socket.close(CLOSE.canOnlyWriteToStdin, 'Can only write to stdin');
      if (!isInput && !CLIENT_SIGNALS.includes(message.signal as (typeof CLIENT_SIGNALS)[number])) {
        return socket.close(CLOSE.invalidSignal, 'Invalid signal');
      }
      const input = isInput ? inputOf(message.data) : '';
      const accepted = await initialized;
      if (!accepted) return;
      if (isInput) await service.command(accepted.jobId, { type: 'stdin', data: input });
      else await service.command(accepted.jobId, { type: 'signal', signal: String(message.signal) });
    }
  };

  const closeUnlessInitialized = (): void => {
    if (!initialized) socket.close(CLOSE.initializationTimeout, 'Initialization Timeout');
  };
  // What came in while the process was busy is read first.
  const initTimer = setTimeout(() => setImmediate(closeUnlessInitialized), INIT_TIMEOUT_MS);
  startHeartbeat(socket, context.settings.heartbeatMs);
  let previous = Promise.resolve();
  let unanswered = 0;
  socket.on('message', (data: Buffer) => {
    if (++unanswered >= MAXIMUM_UNANSWERED) socket.pause();
    previous = previous
      .then(() => take(data))
      .catch(fail)
      .finally(() => {
        if (--unanswered < MAXIMUM_UNANSWERED && socket.isPaused) socket.resume();
      });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(initTimer);
    reading.abort();
    if (isOver || !initialized) return;
    void initialized.then((accepted) => (accepted ? cancel(context, accepted.jobId) : undefined));
  });
}

/** @throws PistonRequestError */
function inputOf(data: unknown): string {
  if (typeof data !== 'string') throw new PistonRequestError('data is required as a string');
  if (Buffer.byteLength(data) <= MAX_STDIN_MESSAGE_BYTES) return data;
  throw new PistonRequestError(`data must have at most ${MAX_STDIN_MESSAGE_BYTES} bytes; send several messages`);
}

/** @throws PistonRequestError naming the field */
function checked(job: Job): Job {
  const parsed = jobSchema.safeParse(job);
  if (parsed.success) return parsed.data;
  throw new PistonRequestError(firstIssue(parsed.error));
}

async function submitted({ service }: ProtocolContext, caller: Caller, job: Job): Promise<AcceptedJob> {
  try {
    return await service.submit(caller, { job });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'unknownLanguage') throw error;
    throw new PistonRequestError(`${job.language}-${job.version} runtime is unknown`);
  }
}

async function cancel({ service }: ProtocolContext, jobId: string): Promise<void> {
  // A service that is away cannot be told; the job's own limits end it.
  await service.command(jobId, { type: 'cancel', reason: 'its client left' }).catch(() => undefined);
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof ServiceError) sayWhenToRetry(reply, error);
  const status = statusOf(error);
  // As in http-errors.ts: the rest of a body that is refused is read.
  void reply.removeHeader('connection');
  if (status === 500) reply.log.error({ err: error }, 'a Piston request failed');
  return reply.code(status).send({ message: messageOf(error) });
}

function statusOf(error: unknown): number {
  if (error instanceof PistonRequestError) return 400;
  if (!(error instanceof ServiceError)) {
    const { statusCode = 500 } = error as { readonly statusCode?: number };
    return statusCode < 500 ? statusCode : 500;
  }
  // A path of Piston's names no job: what is not found is what the request itself asked for.
  return error.code === 'notFound' ? 400 : httpStatus[error.code];
}

function messageOf(error: unknown): string {
  return statusOf(error) < 500 || error instanceof ServiceError ? (error as Error).message : 'Internal error';
}

/** Piston's versions are semantic versions: `14` is `14.0.0`. */
function semverOf(version: string): string {
  return semver.coerce(version)?.version ?? version;
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Position, StoredEvent } from '../engines/event-store/job-store';
import { firstIssue } from '../protocol/first-issue';
import { positionSchema } from '../protocol/messages';
import { ServiceError, type Caller, type JobService } from './service/job-service';
import { runRequestSchema, type Run } from './run';
import { resultOf } from './run-result';
import type { Watchers } from './watchers';

export interface RunRoutes {
  readonly service: JobService;
  readonly watchers: Watchers;
  readonly callerOf: (request: FastifyRequest) => Promise<Caller>;
  /** As {@link ProtocolContext.admit}. */
  readonly admit: (request: FastifyRequest) => Promise<void>;
  /** A job has ended by then. */
  readonly jobDeadlineMs: number;
}

/** Header that shows that its sender submitted the job; needed where the job was submitted without a user's token. */
export const TOKEN_HEADER = 'x-resume-token';

/** Events in one answer of `/v1/runs/{id}/events`. */
const MAXIMUM_EVENTS = 1_000;

/** `/v1/runs`: submit, state, events, cancel. */
export function runRoutes(
  app: FastifyInstance,
  { service, watchers, callerOf, admit, jobDeadlineMs }: RunRoutes,
): void {
  app.post('/v1/runs', { onRequest: admit }, async (request, reply) => {
    const caller = request.caller!;
    const parsed = runRequestSchema.safeParse(request.body);
    if (!parsed.success) throw new ServiceError('invalidMessage', firstIssue(parsed.error));
    const { idempotencyKey, ...job } = parsed.data;
    const traceparent = singleHeader(request, 'traceparent');
    const accepted = await service.submit(caller, { job, idempotencyKey, traceparent });
    const { jobId: id, token, language, version, limits } = accepted;
    void reply.header('location', `/v1/runs/${id}`);
    if (/\brespond-async\b/i.test(singleHeader(request, 'prefer') ?? '')) {
      const run: Run = { id, state: 'queued', token, language, version, limits };
      return reply.code(202).header('preference-applied', 'respond-async').send(run);
    }
    const left = new AbortController();
    const leave = watchers.watch(id);
    const gone = (): void => (left.abort(), leave());
    // The client may have left while its job was submitted.
    if (reply.raw.destroyed) gone();
    else reply.raw.once('close', gone);
    const events: StoredEvent[] = [];
    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(jobDeadlineMs)]);
    for await (const event of service.follow(id, undefined, signal)) events.push(event);
    const result = resultOf(events);
    if (result) watchers.ended(id);
    const run: Run = { id, state: result ? 'ended' : 'running', token, language, version, limits, result };
    return reply.code(result ? 200 : 202).send(run);
  });

  app.get<{ Params: { id: string } }>('/v1/runs/:id', async (request): Promise<Run> => {
    const { id } = request.params;
    const { state, language } = await authorized(request);
    const result = state === 'ended' ? resultOf(await service.read(id, undefined, Infinity)) : undefined;
    return { id, state, language, result };
  });

  app.get<{ Params: { id: string }; Querystring: { after?: string } }>('/v1/runs/:id/events', async (request) => {
    await authorized(request);
    const after = positionOf(request.query.after);
    const events = await service.read(request.params.id, after, MAXIMUM_EVENTS);
    return { events: events.map(({ epoch, seq, event }) => ({ ...event, epoch, seq })) };
  });

  app.delete<{ Params: { id: string } }>('/v1/runs/:id', async (request, reply) => {
    await authorized(request);
    await service.command(request.params.id, { type: 'cancel', reason: 'its client cancelled it' });
    return reply.code(204).send();
  });

  const authorized = async (request: FastifyRequest<{ Params: { id: string } }>) =>
    service.authorize(await callerOf(request), request.params.id, singleHeader(request, TOKEN_HEADER));
}

function singleHeader(request: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `<epoch>:<seq>`, as the events of an earlier answer say. */
function positionOf(text: string | undefined): Position | undefined {
  if (text === undefined || text === '') return undefined;
  const [, epoch, seq] = /^(.+):(\d+)$/.exec(text.slice(0, 100)) ?? [];
  const position = positionSchema.safeParse({ epoch, seq: Number(seq) });
  if (position.success) return position.data;
  throw new ServiceError('invalidMessage', 'after: must be <epoch>:<seq> of an earlier event');
}

import { randomUUID } from 'node:crypto';
import { isTerminal, type TerminalEvent, type UnnumberedEvent } from '../../../protocol/events';
import {
  FencedError,
  type Attempt,
  type ClaimOptions,
  type ClaimResult,
  type JobCommand,
  type JobState,
  type JobStore,
  type NewJob,
  type Position,
  type StoredEvent,
} from '../job-store';
import type { RedisConnection } from './connection';
import { decodeEvent } from './decode-event';
import { DEADLINES, WAITING } from './keys';
import type { Listener, Notices } from './notices';

/** Events in one answer of a follower. */
const PAGE = 500;
/** More than a job can have; Redis takes a whole number. */
const ALL = 1_000_000_000;

/**
 * The keys of a job share a hash tag, and with it a slot of a cluster; what is about several jobs has keys of its own, and is
 * written in an order that a crash in between leaves nothing wrong for long.
 */
export class RedisJobStore implements JobStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly notices: Notices,
  ) {}

  async createJob(job: NewJob): Promise<{ readonly jobId: string; readonly created: boolean }> {
    // The job is there before its key is: a key never names a job that is not. Without a key it is overdue some time later.
    const nowMs = (await this.connection.run('jobRecord', keysOf(job.id), ...recordOf(job), randomUUID())) as number;
    await Promise.all([this.isDue(job), this.waits(job.id, nowMs)]);
    if (job.idempotencyKey === undefined) return { jobId: job.id, created: true };
    const ttlMs = Math.max(0, job.deadlineMs - Date.now()) + job.retentionMs;
    const key = idempotencyKey(job.idempotencyKey);
    const earlier = await this.connection.call((redis) => redis.set(key, job.id, 'PX', Math.ceil(ttlMs), 'NX', 'GET'));
    if (earlier === null) return { jobId: job.id, created: true };
    await this.forgetJob(job.id);
    return { jobId: earlier, created: false };
  }

  async forgetJob(jobId: string): Promise<void> {
    const key = (await this.connection.run('jobForget', keysOf(jobId))) as string | null;
    if (key) await this.connection.run('forgetKey', [idempotencyKey(key)], jobId);
    await this.isOver(jobId);
  }

  async findJob(jobId: string): Promise<JobState | undefined> {
    const fields = (await this.connection.run('jobFind', keysOf(jobId))) as string[] | null;
    if (!fields) return undefined;
    const [owner, language, state, attempts, epoch, deadlineMs, terminal, lastSeq] = fields;
    return {
      owner: owner!,
      language: language!,
      state: state as JobState['state'],
      attempts: Number(attempts),
      epoch: epoch!,
      lastSeq: Number(lastSeq),
      deadlineMs: Number(deadlineMs),
      terminal: terminal ? terminalOf(terminal) : undefined,
    };
  }

  async claim(job: NewJob, { leaseMs, maximumAttempts }: ClaimOptions): Promise<ClaimResult> {
    const epoch = randomUUID();
    const record = [...recordOf(job), epoch];
    const [kind, number] = (await this.connection.run(
      'jobClaim',
      keysOf(job.id),
      ...record,
      leaseMs,
      maximumAttempts,
    )) as [ClaimResult['kind'], number];
    if (kind === 'ended') return { kind };
    if (kind === 'held') return { kind, forMs: Number(number) };
    if (kind === 'exhausted') return { kind, attempts: Number(number) };
    // A store that lost its data learns of the deadline again.
    await Promise.all([this.isDue(job), this.waitsNoMore(job.id)]);
    return { kind, attempt: { jobId: job.id, epoch, number: Number(number) } };
  }

  async renewClaim(attempt: Attempt, leaseMs: number): Promise<void> {
    if ((await this.connection.run('jobRenew', keysOf(attempt.jobId), attempt.epoch, leaseMs)) !== 1) {
      throw new FencedError(attempt);
    }
  }

  async release(attempt: Attempt): Promise<void> {
    const keys = keysOf(attempt.jobId);
    const nowMs = (await this.connection.run('jobRelease', keys, attempt.epoch, randomUUID())) as number;
    if (nowMs > 0) await this.waits(attempt.jobId, nowMs);
  }

  async append(attempt: Attempt, events: readonly UnnumberedEvent[], after = -1): Promise<number> {
    const last = events.at(-1);
    const isEnd = last !== undefined && isTerminal(last);
    const texts = events.map((event) => JSON.stringify(event));
    const keys = keysOf(attempt.jobId);
    const answer = await this.connection.run('jobAppend', keys, attempt.epoch, after, isEnd ? 1 : 0, ...texts);
    const lastSeq = Number(answer);
    if (lastSeq === -1) throw new FencedError(attempt);
    if (isEnd) await this.isOver(attempt.jobId);
    return lastSeq;
  }

  async endUnheld(jobId: string, event: TerminalEvent): Promise<boolean> {
    const ended = await this.connection.run('jobEndUnheld', keysOf(jobId), JSON.stringify(event), randomUUID());
    await this.isOver(jobId);
    return ended === 1;
  }

  async *follow(jobId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<StoredEvent> {
    let position = after;
    const listener = this.notices.listen(channelOf(jobId));
    try {
      while (!signal.aborted) {
        const page = await this.page(jobId, position, PAGE);
        if (!page) return;
        for (const event of page.events) {
          if (signal.aborted) return;
          yield event;
          position = { epoch: event.epoch, seq: event.seq };
        }
        if (page.events.length > 0) continue;
        if (page.state === 'ended') return;
        await listener.changed(signal);
      }
    } finally {
      listener.close();
    }
  }

  async read(jobId: string, after: Position | undefined, maximum: number): Promise<readonly StoredEvent[]> {
    return (await this.page(jobId, after, Math.min(ALL, maximum)))?.events ?? [];
  }

  async command(jobId: string, command: JobCommand): Promise<void> {
    await this.connection.run('jobCommand', keysOf(jobId), JSON.stringify(command));
  }

  async *commands(jobId: string, signal: AbortSignal): AsyncIterable<JobCommand> {
    const listener: Listener = this.notices.listen(channelOf(jobId));
    try {
      for (let next = 0; !signal.aborted;) {
        const answer = (await this.connection.run('jobCommands', keysOf(jobId), next)) as [string, string[]] | null;
        if (!answer) return;
        const [state, texts] = answer;
        for (const text of texts) {
          next++;
          yield JSON.parse(text) as JobCommand;
          if (signal.aborted) return;
        }
        if (state === 'ended') return;
        if (texts.length === 0) await listener.changed(signal);
      }
    } finally {
      listener.close();
    }
  }

  async overdue(maximum: number): Promise<readonly string[]> {
    const [seconds, microseconds] = await this.connection.call((redis) => redis.time());
    const until = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    const ids = await this.connection.call((redis) =>
      redis.zrangebyscore(DEADLINES, '-inf', until, 'LIMIT', 0, Math.min(ALL, maximum)),
    );
    const states = await Promise.all(ids.map((id) => this.findJob(id)));
    const over = ids.filter((_, index) => states[index] === undefined || states[index].state === 'ended');
    if (over.length > 0) await this.isOver(...over);
    return ids.filter((id) => !over.includes(id));
  }

  private isDue({ id, deadlineMs }: NewJob): Promise<unknown> {
    return this.connection.call((redis) => redis.zadd(DEADLINES, deadlineMs, id));
  }

  private waits(jobId: string, sinceMs: number): Promise<unknown> {
    return this.connection.call((redis) => redis.zadd(WAITING, sinceMs, jobId));
  }

  private waitsNoMore(...jobIds: readonly string[]): Promise<unknown> {
    return this.connection.call((redis) => redis.zrem(WAITING, ...jobIds));
  }

  /** A job that is not under way any more does not wait either. */
  private async isOver(...jobIds: readonly string[]): Promise<void> {
    await Promise.all([this.waitsNoMore(...jobIds), this.connection.call((redis) => redis.zrem(DEADLINES, ...jobIds))]);
  }

  private async page(jobId: string, after: Position | undefined, maximum: number) {
    const seen = [after?.epoch ?? '', after?.seq ?? 0];
    const answer = (await this.connection.run('jobRead', keysOf(jobId), ...seen, maximum)) as
      (string | number)[] | null;
    if (!answer) return undefined;
    const [epoch, state, from, ...texts] = answer as [string, string, number, ...string[]];
    const events = texts.map((text, index): StoredEvent => {
      return { epoch, seq: Number(from) + index + 1, event: decodeEvent(text) };
    });
    return { state, events };
  }
}

function channelOf(jobId: string): string {
  return `sandpiper:job:{${jobId}}`;
}

function keysOf(jobId: string): readonly string[] {
  return [channelOf(jobId), `sandpiper:events:{${jobId}}`, `sandpiper:commands:{${jobId}}`];
}

function recordOf({ owner, language, deadlineMs, retentionMs, idempotencyKey: key = '' }: NewJob) {
  return [owner, language, deadlineMs, retentionMs, key];
}

function idempotencyKey(key: string): string {
  return `sandpiper:idempotency:${key}`;
}

function terminalOf(text: string): TerminalEvent | undefined {
  const event = decodeEvent(text);
  return isTerminal(event) ? event : undefined;
}

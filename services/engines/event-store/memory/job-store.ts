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
import type { JobCounts } from './fleet-presence';

interface Job {
  readonly known: NewJob;
  state: JobState['state'];
  attempts: number;
  epoch: string;
  events: UnnumberedEvent[];
  /** Until when the present attempt holds the job, in milliseconds since the epoch. */
  heldUntilMs: number;
  /** Since when it waits, if it does. */
  waitsSinceMs: number;
  readonly commands: JobCommand[];
  readonly wakers: Set<() => void>;
  expiry?: NodeJS.Timeout;
}

/** Jobs in the memory of one process. */
export class MemoryJobStore implements JobStore {
  private readonly jobs = new Map<string, Job>();
  private readonly idempotencyKeys = new Map<string, string>();

  async createJob(known: NewJob): Promise<{ readonly jobId: string; readonly created: boolean }> {
    const earlier = known.idempotencyKey === undefined ? undefined : this.idempotencyKeys.get(known.idempotencyKey);
    if (earlier !== undefined) return { jobId: earlier, created: false };
    if (known.idempotencyKey !== undefined) this.idempotencyKeys.set(known.idempotencyKey, known.id);
    this.record(known);
    return { jobId: known.id, created: true };
  }

  async forgetJob(jobId: string): Promise<void> {
    const job = this.jobs.get(jobId);
    if (!job) return;
    clearTimeout(job.expiry);
    this.jobs.delete(jobId);
    if (job.known.idempotencyKey !== undefined) this.idempotencyKeys.delete(job.known.idempotencyKey);
    wake(job);
  }

  async findJob(jobId: string): Promise<JobState | undefined> {
    const job = this.jobs.get(jobId);
    if (!job) return undefined;
    const { owner, language, deadlineMs } = job.known;
    const last = job.events.at(-1);
    const terminal = last && isTerminal(last) ? last : undefined;
    const { state, attempts, epoch } = job;
    return { owner, language, state, attempts, epoch, lastSeq: job.events.length, deadlineMs, terminal };
  }

  async claim(known: NewJob, { leaseMs, maximumAttempts }: ClaimOptions): Promise<ClaimResult> {
    const nowMs = Date.now();
    const job = this.jobs.get(known.id) ?? this.record(known);
    if (job.state === 'ended') return { kind: 'ended' };
    if (job.heldUntilMs > nowMs) return { kind: 'held', forMs: job.heldUntilMs - nowMs };
    if (job.attempts >= maximumAttempts) return { kind: 'exhausted', attempts: job.attempts };
    job.state = 'running';
    job.attempts++;
    job.heldUntilMs = nowMs + leaseMs;
    this.beginEpoch(job);
    return { kind: 'claimed', attempt: { jobId: known.id, epoch: job.epoch, number: job.attempts } };
  }

  async renewClaim(attempt: Attempt, leaseMs: number): Promise<void> {
    this.heldBy(attempt).heldUntilMs = Date.now() + leaseMs;
  }

  async release(attempt: Attempt): Promise<void> {
    const job = this.jobs.get(attempt.jobId);
    if (!job || job.epoch !== attempt.epoch || job.state !== 'running') return;
    job.attempts--;
    job.state = 'queued';
    job.heldUntilMs = 0;
    job.waitsSinceMs = Date.now();
    this.beginEpoch(job);
  }

  async append(attempt: Attempt, events: readonly UnnumberedEvent[], after?: number): Promise<number> {
    const job = this.jobs.get(attempt.jobId);
    if (!job || job.epoch !== attempt.epoch) throw new FencedError(attempt);
    const last = job.events.length;
    if (after !== undefined && after > last) throw new FencedError(attempt);
    const missing = events.slice(last - (after ?? last));
    if (missing.length === 0) return last;
    if (job.state === 'ended') throw new FencedError(attempt);
    job.events.push(...missing);
    if (isTerminal(missing.at(-1)!)) this.end(job);
    this.keep(job);
    wake(job);
    return job.events.length;
  }

  async endUnheld(jobId: string, event: TerminalEvent): Promise<boolean> {
    const job = this.jobs.get(jobId);
    if (!job || job.state === 'ended' || job.heldUntilMs > Date.now()) return false;
    // Whoever wrote last is fenced off, and a reader of theirs drops what it showed.
    if (job.events.length > 0) {
      this.beginEpoch(job);
      job.events.push({ type: 'reset', attempt: Math.max(1, job.attempts) });
    }
    job.events.push(event);
    this.end(job);
    this.keep(job);
    wake(job);
    return true;
  }

  async *follow(jobId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<StoredEvent> {
    let position = after;
    for (;;) {
      const job = this.jobs.get(jobId);
      if (!job || signal.aborted) return;
      const events = await this.read(jobId, position, Infinity);
      for (const event of events) {
        if (signal.aborted) return;
        yield event;
        position = { epoch: event.epoch, seq: event.seq };
      }
      const isAtEnd = position?.epoch === job.epoch ? position.seq >= job.events.length : job.events.length === 0;
      if (!isAtEnd) continue;
      if (job.state === 'ended' || !this.jobs.has(jobId)) return;
      await change(job, signal);
    }
  }

  async read(jobId: string, after: Position | undefined, maximum: number): Promise<readonly StoredEvent[]> {
    const job = this.jobs.get(jobId);
    if (!job) return [];
    const { epoch } = job;
    const from = after?.epoch === epoch ? after.seq : 0;
    const until = maximum === Infinity ? undefined : from + maximum;
    return job.events.slice(from, until).map((event, index) => ({ epoch, seq: from + index + 1, event }));
  }

  async command(jobId: string, command: JobCommand): Promise<void> {
    const job = this.jobs.get(jobId);
    if (!job || job.state === 'ended') return;
    job.commands.push(command);
    wake(job);
  }

  async *commands(jobId: string, signal: AbortSignal): AsyncIterable<JobCommand> {
    for (let next = 0; !signal.aborted;) {
      const job = this.jobs.get(jobId);
      if (!job) return;
      if (next < job.commands.length) yield job.commands[next++]!;
      else if (job.state === 'ended') return;
      else await change(job, signal);
    }
  }

  async overdue(maximum: number): Promise<readonly string[]> {
    const nowMs = Date.now();
    const ids: string[] = [];
    for (const [id, job] of this.jobs) {
      if (ids.length >= maximum) break;
      if (job.state !== 'ended' && job.known.deadlineMs <= nowMs) ids.push(id);
    }
    return ids;
  }

  /** What waits and what runs, for the fleet's load. */
  count(): JobCounts {
    const nowMs = Date.now();
    let [waiting, running, oldestWaitMs] = [0, 0, 0];
    for (const { state, waitsSinceMs } of this.jobs.values()) {
      if (state === 'running') running++;
      if (state !== 'queued') continue;
      waiting++;
      oldestWaitMs = Math.max(oldestWaitMs, nowMs - waitsSinceMs);
    }
    return { waiting, running, oldestWaitMs };
  }

  close(): void {
    for (const job of this.jobs.values()) {
      clearTimeout(job.expiry);
      wake(job);
    }
    this.jobs.clear();
  }

  private record(known: NewJob): Job {
    const job: Job = {
      known,
      state: 'queued',
      attempts: 0,
      epoch: randomUUID(),
      events: [],
      heldUntilMs: 0,
      waitsSinceMs: Date.now(),
      commands: [],
      wakers: new Set(),
    };
    this.jobs.set(known.id, job);
    this.keep(job);
    return job;
  }

  private heldBy(attempt: Attempt): Job {
    const job = this.jobs.get(attempt.jobId);
    if (!job || job.epoch !== attempt.epoch || job.state !== 'running') throw new FencedError(attempt);
    return job;
  }

  private beginEpoch(job: Job): void {
    job.epoch = randomUUID();
    job.events = [];
  }

  private end(job: Job): void {
    job.state = 'ended';
    job.heldUntilMs = 0;
  }

  /** The job expires so long after its last change, but not before its deadline has passed. */
  private keep(job: Job): void {
    clearTimeout(job.expiry);
    const untilDeadlineMs = job.state === 'ended' ? 0 : Math.max(0, job.known.deadlineMs - Date.now());
    job.expiry = setTimeout(() => void this.forgetJob(job.known.id), untilDeadlineMs + job.known.retentionMs);
    job.expiry.unref();
  }
}

function wake(job: Job): void {
  const wakers = [...job.wakers];
  job.wakers.clear();
  for (const waker of wakers) waker();
}

/** Resolves at the next change of a job, or when the signal aborts. */
function change(job: Job, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      job.wakers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    job.wakers.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

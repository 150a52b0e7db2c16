import { randomUUID } from 'node:crypto';
import {
  FencedError,
  TERMINAL_EVENTS,
  type Attempt,
  type ClaimOptions,
  type ClaimResult,
  type EventStore,
  type JobCommand,
  type JobEvent,
  type JobState,
  type Load,
  type NewJob,
  type Position,
  type PresentRunner,
  type StoredEvent,
  type TokenBucket,
} from './event-store';

interface Job {
  readonly known: NewJob;
  state: JobState['state'];
  attempts: number;
  epoch: string;
  events: JobEvent[];
  /** Until when the present attempt holds the job, in milliseconds since the epoch. */
  heldUntilMs: number;
  /** Since when it waits, if it does. */
  waitsSinceMs: number;
  readonly commands: JobCommand[];
  readonly wakers: Set<() => void>;
  expiry?: NodeJS.Timeout;
}

/** An event store inside one process: the embedded default of `./sandpiper up`. What it knows is gone when the process is. */
export class MemoryEventStore implements EventStore {
  private readonly jobs = new Map<string, Job>();
  private readonly idempotencyKeys = new Map<string, string>();
  private readonly buckets = new Map<string, { tokens: number; atMs: number; fullAtMs: number }>();
  private readonly places = new Map<string, Map<string, number>>();
  private readonly runners = new Map<string, { slots: number; untilMs: number }>();

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
    const terminal = job.state === 'ended' ? job.events.at(-1) : undefined;
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

  async append(attempt: Attempt, events: readonly JobEvent[], after?: number): Promise<number> {
    const job = this.jobs.get(attempt.jobId);
    if (!job || job.epoch !== attempt.epoch) throw new FencedError(attempt);
    const last = job.events.length;
    if (after !== undefined && after > last) throw new FencedError(attempt);
    const missing = events.slice(last - (after ?? last));
    if (missing.length === 0) return last;
    if (job.state === 'ended') throw new FencedError(attempt);
    job.events.push(...missing);
    if (TERMINAL_EVENTS.has(missing.at(-1)!.type)) this.end(job);
    this.keep(job);
    wake(job);
    return job.events.length;
  }

  async endUnheld(jobId: string, event: JobEvent): Promise<boolean> {
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

  async takeTokens(
    bucket: TokenBucket,
    tokens: number,
  ): Promise<{ readonly taken: boolean; readonly retryAfterMs: number }> {
    const now = Date.now();
    const { key, capacity, refillPerSecond } = bucket;
    const known = this.buckets.get(key);
    const refilled = known ? known.tokens + ((now - known.atMs) / 1000) * refillPerSecond : capacity;
    const present = Math.min(capacity, refilled);
    const taken = present >= tokens;
    const left = taken ? present - tokens : present;
    this.forgetFullBuckets(now);
    this.buckets.set(key, { tokens: left, atMs: now, fullAtMs: now + ((capacity - left) / refillPerSecond) * 1000 });
    return { taken, retryAfterMs: taken ? 0 : Math.ceil(((tokens - present) / refillPerSecond) * 1000) };
  }

  async acquireSlot(group: string, holder: string, maximum: number, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    const holders = this.places.get(group) ?? new Map<string, number>();
    for (const [name, untilMs] of holders) if (untilMs <= now) holders.delete(name);
    if (!holders.has(holder) && holders.size >= maximum) return false;
    holders.set(holder, now + ttlMs);
    this.places.set(group, holders);
    return true;
  }

  async releaseSlot(group: string, holder: string): Promise<void> {
    const holders = this.places.get(group);
    holders?.delete(holder);
    if (holders?.size === 0) this.places.delete(group);
  }

  async announceRunner({ id, slots }: PresentRunner, ttlMs: number): Promise<void> {
    this.runners.set(id, { slots, untilMs: Date.now() + ttlMs });
  }

  async withdrawRunner({ id }: PresentRunner): Promise<void> {
    this.runners.delete(id);
  }

  async load(): Promise<Load> {
    const nowMs = Date.now();
    let [waiting, running, oldestWaitMs, slots] = [0, 0, 0, 0];
    for (const { state, waitsSinceMs } of this.jobs.values()) {
      if (state === 'running') running++;
      if (state !== 'queued') continue;
      waiting++;
      oldestWaitMs = Math.max(oldestWaitMs, nowMs - waitsSinceMs);
    }
    for (const [id, runner] of this.runners) {
      if (runner.untilMs <= nowMs) this.runners.delete(id);
      else slots += runner.slots;
    }
    return { waiting, running, oldestWaitMs, runners: this.runners.size, slots };
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

  async ping(): Promise<void> {}

  async close(): Promise<void> {
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

  /** A full bucket is the same as none. */
  private forgetFullBuckets(nowMs: number): void {
    if (this.buckets.size < 10_000) return;
    for (const [key, { fullAtMs }] of this.buckets) if (fullAtMs <= nowMs) this.buckets.delete(key);
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

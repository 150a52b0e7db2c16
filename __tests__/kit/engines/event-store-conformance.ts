import { randomUUID } from 'node:crypto';
import {
  FencedError,
  type Attempt,
  type EventStore,
  type JobEvent,
  type NewJob,
  type Position,
  type StoredEvent,
} from '../../../services/engines/event-store/event-store';

const HOUR_MS = 3_600_000;
const STDOUT: JobEvent = { type: 'stdout', data: 'x' };
const EXIT: JobEvent = { type: 'exit', reason: 'ok' };

/**
 * What every event store does.
 *
 * @param open opens a store on the same data each time it is called: the second one stands for another process
 */
export function eventStoreConformance(name: string, open: () => Promise<EventStore>): void {
  describe(`${name} as an event store`, () => {
    let store: EventStore;
    let other: EventStore;

    beforeAll(async () => {
      store = await open();
      other = await open();
    });
    afterAll(async () => {
      await store.close();
      if (other !== store) await other.close();
    });

    const newJob = (more: Partial<NewJob> = {}): NewJob => ({
      id: randomUUID(),
      owner: 'user:1',
      language: 'python',
      deadlineMs: Date.now() + HOUR_MS,
      retentionMs: HOUR_MS,
      ...more,
    });
    const created = async (more: Partial<NewJob> = {}): Promise<NewJob> => {
      const job = newJob(more);
      await store.createJob(job);
      return job;
    };
    const claimed = async (job: NewJob, leaseMs = 60_000, maximumAttempts = 3): Promise<Attempt> => {
      const claim = await store.claim(job, { runnerId: 'r', leaseMs, maximumAttempts });
      if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
      return claim.attempt;
    };
    const claimKind = async (job: NewJob, maximumAttempts = 3): Promise<string> =>
      (await store.claim(job, { runnerId: 'r', leaseMs: 60_000, maximumAttempts })).kind;
    const all = async (from: EventStore, jobId: string, after?: Position): Promise<StoredEvent[]> => {
      const events: StoredEvent[] = [];
      for await (const event of from.follow(jobId, after, AbortSignal.timeout(20_000))) events.push(event);
      return events;
    };

    describe('jobs', () => {
      it('are known to every process from their creation on', async () => {
        const job = await created();
        expect(await other.findJob(job.id)).toMatchObject({
          owner: 'user:1',
          language: 'python',
          state: 'queued',
          attempts: 0,
          lastSeq: 0,
          deadlineMs: job.deadlineMs,
        });
        expect(await store.findJob('nobody')).toBeUndefined();
      });

      it('are created once for an idempotency key, whoever asks', async () => {
        const idempotencyKey = randomUUID();
        const jobs = Array.from({ length: 10 }, () => newJob({ idempotencyKey }));
        const answers = await Promise.all(jobs.map((job, index) => (index % 2 ? other : store).createJob(job)));
        expect(answers.filter((answer) => answer.created)).toHaveLength(1);
        const [id] = new Set(answers.map(({ jobId }) => jobId));
        expect(answers.every(({ jobId }) => jobId === id)).toBe(true);
        expect(await store.findJob(id!)).toBeDefined();
      });

      it('are forgotten with their idempotency key', async () => {
        const job = await created({ idempotencyKey: randomUUID() });
        await store.forgetJob(job.id);
        expect(await other.findJob(job.id)).toBeUndefined();
        expect(await store.createJob({ ...job, id: randomUUID() })).toMatchObject({ created: true });
      });

      it('expire some time after their end', async () => {
        const job = await created({ retentionMs: 50, deadlineMs: Date.now() });
        await store.append(await claimed(job), [EXIT]);
        while ((await store.findJob(job.id)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await all(store, job.id)).toEqual([]);
      });
    });

    describe('attempts', () => {
      it('hold a job until their lease ends, and are counted', async () => {
        const job = await created();
        const first = await claimed(job, 1);
        expect(first.number).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const second = await claimed(job);
        expect(second.number).toBe(2);
        expect(second.epoch).not.toBe(first.epoch);
        const held = await store.claim(job, { runnerId: 'r2', leaseMs: 1_000, maximumAttempts: 3 });
        expect(held).toEqual({ kind: 'held', forMs: expect.any(Number) });
        expect(await store.findJob(job.id)).toMatchObject({ state: 'running', attempts: 2, epoch: second.epoch });
      });

      it('are won by one of many', async () => {
        const job = await created();
        const kinds = await Promise.all(Array.from({ length: 10 }, () => claimKind(job)));
        expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
      });

      it('fence each other', async () => {
        const job = await created();
        const late = await claimed(job, 1);
        await store.append(late, [STDOUT]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const now = await claimed(job);
        await expect(store.append(late, [EXIT])).rejects.toThrow(FencedError);
        await expect(store.renewClaim(late, 1_000)).rejects.toThrow(FencedError);
        await store.release(late);
        expect(await store.append(now, [STDOUT])).toBe(1);
      });

      it('last as long as they are renewed', async () => {
        const job = await created();
        const attempt = await claimed(job, 1);
        await store.renewClaim(attempt, 60_000);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await claimKind(job)).toBe('held');
      });

      it('are not counted when they are given back', async () => {
        const job = await created();
        const attempt = await claimed(job);
        await store.append(attempt, [STDOUT]);
        await store.release(attempt);
        expect(await store.findJob(job.id)).toMatchObject({ state: 'queued', attempts: 0 });
        await expect(store.append(attempt, [STDOUT])).rejects.toThrow(FencedError);
        expect((await claimed(job)).number).toBe(1);
      });

      it('are spent at their maximum', async () => {
        const job = await created();
        await claimed(job, 1, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await store.claim(job, { runnerId: 'r', leaseMs: 1, maximumAttempts: 1 })).toEqual({
          kind: 'exhausted',
          attempts: 1,
        });
      });

      it('record a job again that the store does not know', async () => {
        const job = newJob();
        expect((await claimed(job)).number).toBe(1);
        expect(await store.findJob(job.id)).toMatchObject({ owner: 'user:1', state: 'running' });
      });
    });

    describe('events', () => {
      it('are numbered from 1 without gaps, and read from a position on', async () => {
        const job = await created();
        const attempt = await claimed(job);
        const events = Array.from({ length: 5 }, (_, n) => ({ type: 'stdout', data: String(n) }));
        expect(await store.append(attempt, events.slice(0, 3))).toBe(3);
        expect(await store.append(attempt, events.slice(3))).toBe(5);
        const read = await other.read(job.id, undefined, 100);
        expect(read).toEqual(events.map((event, index) => ({ epoch: attempt.epoch, seq: index + 1, event })));
        expect(await other.read(job.id, { epoch: attempt.epoch, seq: 2 }, 2)).toEqual(read.slice(2, 4));
        expect(await other.read(job.id, { epoch: 'gone', seq: 2 }, Infinity)).toEqual(read);
      });

      it('are stored once though the call is repeated, the last one too', async () => {
        const job = await created();
        const attempt = await claimed(job);
        expect(await store.append(attempt, [STDOUT, STDOUT], 0)).toBe(2);
        expect(await store.append(attempt, [STDOUT, STDOUT], 0)).toBe(2);
        expect(await store.append(attempt, [STDOUT, EXIT], 2)).toBe(4);
        expect(await store.append(attempt, [STDOUT, EXIT], 2)).toBe(4);
        await expect(store.append(attempt, [STDOUT], 9)).rejects.toThrow(FencedError);
        expect(await all(store, job.id)).toHaveLength(4);
      });

      it('end with the terminal one', async () => {
        const job = await created();
        const attempt = await claimed(job);
        await store.append(attempt, [STDOUT, EXIT]);
        await expect(store.append(attempt, [STDOUT])).rejects.toThrow(FencedError);
        expect(await claimKind(job)).toBe('ended');
        expect(await other.findJob(job.id)).toMatchObject({ state: 'ended', lastSeq: 2, terminal: EXIT });
      });

      it('are followed by any process, those that are there and those to come', async () => {
        const job = await created();
        const following = all(other, job.id);
        const attempt = await claimed(job);
        await store.append(attempt, [STDOUT]);
        const late = all(other, job.id, { epoch: attempt.epoch, seq: 1 });
        await store.append(attempt, [STDOUT]);
        await store.append(attempt, [EXIT]);
        expect((await following).map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect((await late).map(({ seq }) => seq)).toEqual([2, 3]);
      });

      it('start over for a follower when another attempt begins', async () => {
        const job = await created();
        const first = await claimed(job);
        await store.append(first, [STDOUT, STDOUT]);
        const seen: StoredEvent[] = [];
        const following = (async () => {
          for await (const event of other.follow(job.id, undefined, AbortSignal.timeout(20_000))) {
            seen.push(event);
            if (seen.length === 2) await store.release(first);
          }
        })();
        while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        while ((await store.findJob(job.id))?.state !== 'queued')
          await new Promise((resolve) => setTimeout(resolve, 5));
        const second = await claimed(job);
        await store.append(second, [{ type: 'reset', attempt: 1 }, EXIT]);
        await following;
        expect(seen.slice(2).map(({ epoch, seq }) => [epoch, seq])).toEqual([
          [second.epoch, 1],
          [second.epoch, 2],
        ]);
      });

      it('are followed no longer when the signal says so, or the job is forgotten', async () => {
        const job = await created();
        const stopping = new AbortController();
        const stopped = (async () => {
          for await (const _ of store.follow(job.id, undefined, stopping.signal));
        })();
        stopping.abort();
        await stopped;
        const following = all(other, job.id);
        await store.forgetJob(job.id);
        expect(await following).toEqual([]);
        expect(await all(store, 'nobody')).toEqual([]);
      });
    });

    describe('a job that nobody holds', () => {
      it('is ended by one of many, with one terminal event', async () => {
        const job = await created();
        const ended = await Promise.all(
          Array.from({ length: 10 }, (_, n) => (n % 2 ? other : store).endUnheld(job.id, EXIT)),
        );
        expect(ended.filter(Boolean)).toHaveLength(1);
        expect((await all(other, job.id)).map(({ event }) => event)).toEqual([EXIT]);
        expect(await claimKind(job)).toBe('ended');
      });

      it('is told from one that is held', async () => {
        const job = await created();
        await claimed(job);
        expect(await store.endUnheld(job.id, EXIT)).toBe(false);
        expect(await store.endUnheld('nobody', EXIT)).toBe(false);
      });

      it('drops what its last attempt said', async () => {
        const job = await created();
        const attempt = await claimed(job, 1);
        await store.append(attempt, [STDOUT]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await store.endUnheld(job.id, EXIT)).toBe(true);
        const events = await all(store, job.id, { epoch: attempt.epoch, seq: 1 });
        expect(events.map(({ event }) => event.type)).toEqual(['reset', 'exit']);
        await expect(store.append(attempt, [STDOUT])).rejects.toThrow(FencedError);
      });

      it('waits until it is claimed and runs until it has ended', async () => {
        const before = await store.load();
        const since = async (): Promise<readonly number[]> => {
          const { waiting, running } = await other.load();
          return [waiting - before.waiting, running - before.running];
        };
        const [ended, forgotten, overdue] = [await created(), await created(), await created()];
        expect(await since()).toEqual([3, 0]);
        const attempt = await claimed(ended);
        expect(await since()).toEqual([2, 1]);
        await store.release(attempt);
        expect(await since()).toEqual([3, 0]);
        await store.append(await claimed(ended), [EXIT]);
        expect(await since()).toEqual([2, 0]);
        await store.forgetJob(forgotten.id);
        expect(await since()).toEqual([1, 0]);
        await store.endUnheld(overdue.id, EXIT);
        expect(await since()).toEqual([0, 0]);
      });

      it('runs again after a crash, without having waited in between', async () => {
        const before = await store.load();
        const job = await created();
        await claimed(job, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await store.append(await claimed(job), [STDOUT]);
        expect(await store.load()).toMatchObject({ waiting: before.waiting, running: before.running + 1 });
        await store.endUnheld(job.id, EXIT);
      });

      it('tells how long the one has waited that has waited longest', async () => {
        const first = await created();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const second = await created();
        const { oldestWaitMs } = await store.load();
        expect(oldestWaitMs).toBeGreaterThanOrEqual(45);
        for (const { id } of [first, second]) await store.forgetJob(id);
      });

      it('is overdue when its deadline has passed, until it has ended', async () => {
        const job = await created({ deadlineMs: Date.now() - 1 });
        const later = await created();
        const overdue = await other.overdue(100);
        expect(overdue).toContain(job.id);
        expect(overdue).not.toContain(later.id);
        await store.endUnheld(job.id, EXIT);
        expect(await store.overdue(100)).not.toContain(job.id);
      });
    });

    describe('commands', () => {
      it('reach whoever listens, in order, from the first on', async () => {
        const job = await created();
        await claimed(job);
        await store.command(job.id, { type: 'stdin', data: 'a' });
        const heard: string[] = [];
        const stopping = new AbortController();
        const listening = (async () => {
          for await (const command of other.commands(job.id, stopping.signal)) {
            heard.push(command.type === 'stdin' ? command.data : command.type);
            if (command.type === 'cancel') stopping.abort();
          }
        })();
        await store.command(job.id, { type: 'stdin', data: 'b' });
        await store.command(job.id, { type: 'stdinClose' });
        await store.command(job.id, { type: 'signal', signal: 'SIGINT' });
        await store.command(job.id, { type: 'cancel', reason: 'enough' });
        await listening;
        expect(heard).toEqual(['a', 'b', 'stdinClose', 'signal', 'cancel']);
      });

      it('are heard no longer when the job ends', async () => {
        const job = await created();
        const attempt = await claimed(job);
        const listening = (async () => {
          for await (const _ of other.commands(job.id, AbortSignal.timeout(20_000)));
        })();
        await store.append(attempt, [EXIT]);
        await listening;
        await store.command(job.id, { type: 'stdinClose' });
      });
    });

    describe('limits', () => {
      it('take from a bucket what it holds, and say when there will be more', async () => {
        const bucket = { key: randomUUID(), capacity: 3, refillPerSecond: 0.5 };
        const take = async (from: EventStore, tokens = 1) => from.takeTokens(bucket, tokens);
        expect(await take(store, 2)).toEqual({ taken: true, retryAfterMs: 0 });
        expect((await take(other)).taken).toBe(true);
        const refused = await take(other);
        expect(refused.taken).toBe(false);
        expect(refused.retryAfterMs).toBeGreaterThan(1_000);
        expect(refused.retryAfterMs).toBeLessThanOrEqual(2_000);
      });

      it('refill a bucket with time', async () => {
        const bucket = { key: randomUUID(), capacity: 1, refillPerSecond: 50 };
        expect((await store.takeTokens(bucket, 1)).taken).toBe(true);
        while (!(await store.takeTokens(bucket, 1)).taken) await new Promise((resolve) => setTimeout(resolve, 5));
      });

      it('give so many places, which are renewed, left, and lost with time', async () => {
        const group = randomUUID();
        expect(await store.acquireSlot(group, 'a', 2, 60_000)).toBe(true);
        expect(await other.acquireSlot(group, 'b', 2, 30)).toBe(true);
        expect(await store.acquireSlot(group, 'a', 2, 60_000)).toBe(true);
        while (!(await other.acquireSlot(group, 'c', 2, 60_000)))
          await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await store.acquireSlot(group, 'd', 2, 60_000)).toBe(false);
        await other.releaseSlot(group, 'a');
        expect(await store.acquireSlot(group, 'd', 2, 60_000)).toBe(true);
      });
    });

    describe('runners', () => {
      it('are counted until they are withdrawn or heard of no more', async () => {
        const before = await store.load();
        const since = async (): Promise<readonly number[]> => {
          const { runners, slots } = await store.load();
          return [runners - before.runners, slots - before.slots];
        };
        const [stays, goes, dies] = [2, 3, 5].map((slots) => ({ id: randomUUID(), slots }));
        await store.announceRunner(stays!, 60_000);
        await other.announceRunner(goes!, 60_000);
        await other.announceRunner(stays!, 60_000);
        expect(await since()).toEqual([2, 5]);
        await store.withdrawRunner(goes!);
        await store.announceRunner(dies!, 30);
        await store.announceRunner(stays!, 60_000);
        while ((await since())[0] !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await since()).toEqual([1, 2]);
        await other.withdrawRunner(stays!);
        expect(await since()).toEqual([0, 0]);
      });
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}

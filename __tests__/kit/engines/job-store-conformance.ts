import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../services/engines/event-store/event-store';
import {
  FencedError,
  type JobStore,
  type NewJob,
  type Position,
  type StoredEvent,
} from '../../../services/engines/event-store/job-store';
import type { UnnumberedEvent } from '../../../services/protocol/events';
import { claimIn, createdIn, EXIT, newJob, STDOUT } from './stored-jobs';

/**
 * What every job store does.
 *
 * @param open opens a store on the same data each time it is called: the second one stands for another process
 */
export function jobStoreConformance(name: string, open: () => Promise<EventStore>): void {
  describe(`${name} as a job store`, () => {
    let opened: EventStore[];
    let store: JobStore;
    let other: JobStore;

    beforeAll(async () => {
      opened = [await open(), await open()];
      [store, other] = opened.map(({ jobs }) => jobs) as [JobStore, JobStore];
    });
    afterAll(() => Promise.all([...new Set(opened)].map((one) => one.close())));

    const created = (more: Partial<NewJob> = {}) => createdIn(store, more);
    const claimed = (job: NewJob, leaseMs?: number, maximumAttempts?: number) =>
      claimIn(store, job, leaseMs, maximumAttempts);
    const claimKind = async (job: NewJob, maximumAttempts = 3): Promise<string> =>
      (await store.claim(job, { runnerId: 'r', leaseMs: 60_000, maximumAttempts })).kind;
    const all = async (from: JobStore, jobId: string, after?: Position): Promise<StoredEvent[]> => {
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

      it('are not counted when they are released', async () => {
        const job = await created();
        const attempt = await claimed(job);
        await store.append(attempt, [STDOUT]);
        await store.release(attempt);
        expect(await store.findJob(job.id)).toMatchObject({ state: 'queued', attempts: 0 });
        await expect(store.append(attempt, [STDOUT])).rejects.toThrow(FencedError);
        expect((await claimed(job)).number).toBe(1);
      });

      it('are exhausted at their maximum', async () => {
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
        const events = Array.from({ length: 5 }, (_, n): UnnumberedEvent => ({ type: 'stdout', data: String(n) }));
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
  });
}

import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../services/engines/event-store/event-store';
import type { NewJob } from '../../../services/engines/event-store/job-store';
import { claimIn, createdIn, EXIT, STDOUT } from './stored-jobs';

/**
 * What every fleet presence does.
 *
 * @param open opens a store on the same data each time it is called: the second one stands for another process
 */
export function fleetPresenceConformance(name: string, open: () => Promise<EventStore>): void {
  describe(`${name} as a fleet presence`, () => {
    let store: EventStore;
    let other: EventStore;

    beforeAll(async () => {
      [store, other] = [await open(), await open()];
    });
    afterAll(() => Promise.all([...new Set([store, other])].map((one) => one.close())));

    const created = (more: Partial<NewJob> = {}) => createdIn(store.jobs, more);
    const claimed = (job: NewJob, leaseMs?: number) => claimIn(store.jobs, job, leaseMs);

    describe('a job', () => {
      it('waits until it is claimed and runs until it has ended', async () => {
        const before = await store.presence.load();
        const since = async (): Promise<readonly number[]> => {
          const { waiting, running } = await other.presence.load();
          return [waiting - before.waiting, running - before.running];
        };
        const [ended, forgotten, overdue] = [await created(), await created(), await created()];
        expect(await since()).toEqual([3, 0]);
        const attempt = await claimed(ended);
        expect(await since()).toEqual([2, 1]);
        await store.jobs.release(attempt);
        expect(await since()).toEqual([3, 0]);
        await store.jobs.append(await claimed(ended), [EXIT]);
        expect(await since()).toEqual([2, 0]);
        await store.jobs.forgetJob(forgotten.id);
        expect(await since()).toEqual([1, 0]);
        await store.jobs.endUnheld(overdue.id, EXIT);
        expect(await since()).toEqual([0, 0]);
      });

      it('runs again after a crash, without having waited in between', async () => {
        const before = await store.presence.load();
        const job = await created();
        await claimed(job, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await store.jobs.append(await claimed(job), [STDOUT]);
        expect(await store.presence.load()).toMatchObject({ waiting: before.waiting, running: before.running + 1 });
        await store.jobs.endUnheld(job.id, EXIT);
      });

      it('tells how long the one has waited that has waited longest', async () => {
        const first = await created();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const second = await created();
        const { oldestWaitMs } = await store.presence.load();
        expect(oldestWaitMs).toBeGreaterThanOrEqual(45);
        for (const { id } of [first, second]) await store.jobs.forgetJob(id);
      });
    });

    describe('runners', () => {
      it('are counted until they are withdrawn or heard of no more', async () => {
        const before = await store.presence.load();
        const since = async (): Promise<readonly number[]> => {
          const { runners, slots } = await store.presence.load();
          return [runners - before.runners, slots - before.slots];
        };
        const [stays, goes, dies] = [2, 3, 5].map((slots) => ({ id: randomUUID(), slots }));
        await store.presence.announceRunner(stays!, 60_000);
        await other.presence.announceRunner(goes!, 60_000);
        await other.presence.announceRunner(stays!, 60_000);
        expect(await since()).toEqual([2, 5]);
        await store.presence.withdrawRunner(goes!);
        await store.presence.announceRunner(dies!, 30);
        await store.presence.announceRunner(stays!, 60_000);
        while ((await since())[0] !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await since()).toEqual([1, 2]);
        await other.presence.withdrawRunner(stays!);
        expect(await since()).toEqual([0, 0]);
      });
    });
  });
}

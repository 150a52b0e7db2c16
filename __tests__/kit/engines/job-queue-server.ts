import type { JobQueue } from '../../../services/engines/job-queue/job-queue';

export interface JobQueueServerProps {
  /** Makes an empty queue. */
  readonly open: () => Promise<JobQueue>;
  /** Messages that it carries in a few seconds. */
  readonly messages: number;
  /** Ends the server at once. */
  readonly kill: () => Promise<void>;
  /** Starts it again, and makes anew on it what was opened last. */
  readonly startAgain: () => Promise<void>;
}

/** What a job queue does on a server of its own: it carries many messages, and bears that the server dies. */
export function jobQueueServer({ open, messages, kill, startAgain }: JobQueueServerProps): void {
  it(`carries ${messages} messages to two receivers, and none is left`, async () => {
    const queue = await open();
    const bodies = Array.from({ length: messages }, (_, index) => `message ${index}`);
    const seen = new Set<string>();
    const receive = async (): Promise<void> => {
      while (seen.size < bodies.length) {
        const leases = await queue.receive({ maximum: 10, waitSeconds: 1, leaseSeconds: 60 });
        expect(leases.length).toBeLessThanOrEqual(10);
        for (const lease of leases) {
          seen.add(lease.body);
          await lease.complete();
        }
      }
    };
    const sending = (async () => {
      for (let from = 0; from < bodies.length; from += 50) {
        await Promise.all(bodies.slice(from, from + 50).map((body) => queue.send({ body })));
      }
    })();
    await Promise.all([sending, receive(), receive()]);
    expect([...seen].sort()).toEqual(bodies.sort());
    await queue.close();
  }, 120_000);

  it('is away while its server is, and serves again when it is back', async () => {
    const queue = await open();
    const receiving = queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await kill();
    await expect(receiving).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.send({ body: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await startAgain();
    await queue.send({ body: 'again' });
    const [lease] = await queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
    expect(lease?.body).toBe('again');
    await lease!.complete();
    await queue.close();
  }, 120_000);
}

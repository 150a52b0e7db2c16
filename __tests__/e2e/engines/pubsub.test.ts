import { PubsubJobQueue } from '../../../services/engines/pubsub-job-queue';
import { jobQueueConformance } from '../../support/engines/job-queue-conformance';
import { startPubsubEmulator, type PubsubEmulator } from '../../support/engines/pubsub-emulator';
import { requireTool } from '../../support/require-tool';

describe('Pub/Sub, on Google’s emulator', () => {
  requireTool('pubsub-emulator');
  let emulator: PubsubEmulator;
  let queues = 0;

  beforeAll(async () => {
    emulator = await startPubsubEmulator();
  }, 120_000);
  afterAll(() => emulator?.stop());

  const open = async (): Promise<PubsubJobQueue> => {
    const names = await emulator.createQueues(`-${++queues}`);
    return new PubsubJobQueue({ ...names, emulator: emulator.host });
  };

  jobQueueConformance('Pub/Sub', open, { tellsDepth: false });

  it('says that it does not know its depth where nobody counts for it', async () => {
    const queue = await open();
    await expect(queue.depth()).rejects.toMatchObject({ code: 'unavailable' });
    await queue.ping();
    await queue.close();
  });

  it('carries a thousand messages to two receivers, each at least once and none that it was not given', async () => {
    const queue = await open();
    const bodies = Array.from({ length: 1_000 }, (_, index) => `message ${index}`);
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
  });

  it('is away while its server is, and serves again when it is back', async () => {
    const queue = await open();
    const receiving = queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await emulator.kill();
    await expect(receiving).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.send({ body: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await emulator.start();
    await emulator.createQueues(`-${queues}`);
    await queue.send({ body: 'again' });
    const [lease] = await queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
    expect(lease?.body).toBe('again');
    await lease!.complete();
    await queue.close();
  }, 120_000);
});

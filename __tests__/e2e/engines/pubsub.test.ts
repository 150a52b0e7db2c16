import { PubsubJobQueue } from '../../../services/engines/job-queue/pubsub/pubsub-job-queue';
import { jobQueueConformance } from '../../kit/engines/job-queue-conformance';
import { jobQueueServer } from '../../kit/engines/job-queue-server';
import { startPubsubEmulator, type PubsubEmulator } from '../../kit/engines/pubsub-emulator';
import { requireTool } from '../../kit/require-tool';

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

  jobQueueServer({
    open,
    messages: 1_000,
    kill: () => emulator.kill(),
    startAgain: async () => {
      await emulator.start();
      await emulator.createQueues(`-${queues}`);
    },
  });
});

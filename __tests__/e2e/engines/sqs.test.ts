import { QueueUnavailableError } from '../../../services/engines/job-queue/job-queue';
import { SqsJobQueue } from '../../../services/engines/job-queue/sqs';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { jobQueueConformance } from '../../kit/engines/job-queue-conformance';
import { createQueues, sqsConfig } from '../../kit/engines/simulated-sqs';
import { requireTool } from '../../kit/require-tool';

describe('SQS, simulated', () => {
  requireTool('moto_server');
  let moto: Moto;
  let queues = 0;

  beforeAll(async () => {
    moto = await startMoto();
  }, 120_000);
  afterAll(() => moto?.stop());

  jobQueueConformance('SQS', async () => {
    const urls = await createQueues(moto.endpoint, `-${++queues}`);
    return new SqsJobQueue({ ...urls, client: sqsConfig(moto.endpoint) });
  });

  it('that is away is told as that', async () => {
    const url = 'http://127.0.0.1:1/0/jobs';
    const queue = new SqsJobQueue({ queueUrl: url, deadLetterQueueUrl: url, client: sqsConfig('http://127.0.0.1:1') });
    await expect(queue.send({ body: 'x' })).rejects.toThrow(QueueUnavailableError);
    await expect(queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await queue.close();
  });
});

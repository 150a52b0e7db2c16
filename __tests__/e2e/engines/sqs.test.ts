import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { QueueUnavailableError } from '../../../services/engines/job-queue';
import { SqsJobQueue } from '../../../services/engines/sqs-job-queue';
import { startMoto, type Moto } from '../../support/aws/moto';
import { jobQueueConformance } from '../../support/engines/job-queue-conformance';
import { requireTool } from '../../support/require-tool';

describe('SQS, simulated', () => {
  requireTool('moto_server');
  let moto: Moto;
  let queues = 0;

  beforeAll(async () => {
    moto = await startMoto();
  }, 120_000);
  afterAll(() => moto?.stop());

  const config = (endpoint = moto.endpoint) => ({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  jobQueueConformance('SQS', async () => {
    const client = new SQSClient(config());
    const create = async (name: string) => (await client.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
    const number = ++queues;
    const props = { queueUrl: await create(`jobs-${number}`), deadLetterQueueUrl: await create(`dead-${number}`) };
    client.destroy();
    return new SqsJobQueue({ ...props, client: config() });
  });

  it('that is away is told as that', async () => {
    const url = 'http://127.0.0.1:1/0/jobs';
    const queue = new SqsJobQueue({ queueUrl: url, deadLetterQueueUrl: url, client: config('http://127.0.0.1:1') });
    await expect(queue.send({ body: 'x' })).rejects.toThrow(QueueUnavailableError);
    await expect(queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await queue.close();
  });
});

import { SqsJobQueue } from '../../../services/engines/job-queue/sqs';
import { startElasticMq, type ElasticMq } from '../../kit/engines/elasticmq';
import { jobQueueConformance } from '../../kit/engines/job-queue-conformance';
import { jobQueueServer } from '../../kit/engines/job-queue-server';
import { createQueues, sqsConfig } from '../../kit/engines/simulated-sqs';
import { requireTool } from '../../kit/require-tool';

describe('SQS, on a server that bears load', () => {
  requireTool('elasticmq');
  let server: ElasticMq;
  let queues = 0;

  beforeAll(async () => {
    server = await startElasticMq();
  }, 120_000);
  afterAll(() => server?.stop());

  const open = async (): Promise<SqsJobQueue> => {
    const urls = await createQueues(server.endpoint, `-${++queues}`);
    return new SqsJobQueue({ ...urls, client: sqsConfig(server.endpoint) });
  };

  jobQueueConformance('SQS', open);

  jobQueueServer({
    open,
    messages: 200,
    kill: () => server.kill(),
    startAgain: async () => {
      await server.start();
      await createQueues(server.endpoint, `-${queues}`);
    },
  });
});

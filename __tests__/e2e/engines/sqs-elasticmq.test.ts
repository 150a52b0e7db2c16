import { SqsJobQueue } from '../../../services/engines/sqs-job-queue';
import { startElasticMq, type ElasticMq } from '../../support/engines/elasticmq';
import { jobQueueConformance } from '../../support/engines/job-queue-conformance';
import { jobQueueServer } from '../../support/engines/job-queue-server';
import { createQueues, sqsConfig } from '../../support/engines/simulated-sqs';
import { requireTool } from '../../support/require-tool';

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

import { SqsJobQueue } from '../../../services/engines/sqs-job-queue';
import { startElasticMq, type ElasticMq } from '../../support/engines/elasticmq';
import { jobQueueConformance } from '../../support/engines/job-queue-conformance';
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

  it('carries two hundred messages to two receivers, and none is left', async () => {
    const queue = await open();
    const bodies = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    const seen = new Set<string>();
    const receive = async (): Promise<void> => {
      while (seen.size < bodies.length) {
        for (const lease of await queue.receive({ maximum: 10, waitSeconds: 1, leaseSeconds: 60 })) {
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
    await server.kill();
    await expect(receiving).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.send({ body: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await server.start();
    await createQueues(server.endpoint, `-${queues}`);
    await queue.send({ body: 'again' });
    const [lease] = await queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
    expect(lease?.body).toBe('again');
    await lease!.complete();
    await queue.close();
  }, 120_000);
});

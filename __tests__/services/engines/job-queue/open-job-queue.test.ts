import { openJobQueue } from '../../../../services/engines/open-job-queue';
import { MemoryJobQueue } from '../../../../services/engines/job-queue/memory';
import { PubsubJobQueue } from '../../../../services/engines/job-queue/pubsub/pubsub-job-queue';
import { SqsJobQueue } from '../../../../services/engines/job-queue/sqs';

const PUBSUB = 'pubsub://a-project/jobs/jobs-runners';
const URL_OF_QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs';

describe('the job queue that a URL names', () => {
  it('is in memory, or SQS', () => {
    expect(openJobQueue('memory:', undefined)).toBeInstanceOf(MemoryJobQueue);
    expect(openJobQueue(URL_OF_QUEUE, `${URL_OF_QUEUE}-dead`)).toBeInstanceOf(SqsJobQueue);
  });

  it('is Pub/Sub', async () => {
    const queue = openJobQueue(PUBSUB, PUBSUB.replaceAll('jobs', 'dead'));
    expect(queue).toBeInstanceOf(PubsubJobQueue);
    await queue.close();
  });

  it.each(['pubsub://project', 'pubsub://project/jobs', 'pubsub://project/9jobs/runners', 'pubsub:///jobs/runners'])(
    'is refused when it is %s',
    (url) => {
      expect(() => openJobQueue(url, url)).toThrow('pubsub://PROJECT/TOPIC/SUBSCRIPTION');
    },
  );

  it('is refused when it cannot be', () => {
    expect(() => openJobQueue('sqs', undefined)).toThrow('job queue: "sqs" must be memory:, the URL of an SQS queue');
    expect(() => openJobQueue(URL_OF_QUEUE, undefined)).toThrow('dead-letter queue: is not set');
    expect(() => openJobQueue(URL_OF_QUEUE, 'x')).toThrow('dead-letter queue: "x" must be the URL');
    expect(() => openJobQueue(PUBSUB, URL_OF_QUEUE)).toThrow('must be pubsub://PROJECT/TOPIC/SUBSCRIPTION, as the job');
  });
});

import { openJobQueue } from '../../../services/engines/open-job-queue';
import { MemoryJobQueue } from '../../../services/engines/memory-job-queue';
import { SqsJobQueue } from '../../../services/engines/sqs-job-queue';

const URL_OF_QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs';

describe('the job queue that a URL names', () => {
  it('is in memory, or SQS', () => {
    expect(openJobQueue('memory:', undefined)).toBeInstanceOf(MemoryJobQueue);
    expect(openJobQueue(URL_OF_QUEUE, `${URL_OF_QUEUE}-dead`)).toBeInstanceOf(SqsJobQueue);
  });

  it('is refused when it cannot be', () => {
    expect(() => openJobQueue('sqs', undefined)).toThrow('job queue: "sqs" must be memory: or the URL');
    expect(() => openJobQueue(URL_OF_QUEUE, undefined)).toThrow('dead-letter queue: is not set');
    expect(() => openJobQueue(URL_OF_QUEUE, 'x')).toThrow('dead-letter queue: "x" must be');
  });
});

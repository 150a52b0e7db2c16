import { MemoryJobQueue } from './memory-job-queue';
import type { JobQueue } from './job-queue';

/**
 * Opens the job queue that a URL names: `memory:`, or that of an SQS queue. Credentials are those of the environment; the
 * region too, unless the URL names it.
 *
 * @param deadLetterUrl URL of the SQS queue where messages are put aside; needed with SQS
 * @throws TypeError naming what is wrong
 */
export function openJobQueue(url: string, deadLetterUrl: string | undefined): JobQueue {
  if (url === 'memory:') return new MemoryJobQueue();
  checkQueueUrl('job queue', url);
  if (deadLetterUrl === undefined)
    throw new TypeError('dead-letter queue: is not set; an SQS queue needs one beside it');
  checkQueueUrl('dead-letter queue', deadLetterUrl);
  // Loaded only where it is used.
  const { SqsJobQueue } = require('./sqs-job-queue') as typeof import('./sqs-job-queue');
  const region = regionOf(url);
  return new SqsJobQueue({ queueUrl: url, deadLetterQueueUrl: deadLetterUrl, client: region ? { region } : undefined });
}

function checkQueueUrl(what: string, url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new TypeError(`${what}: ${JSON.stringify(url)} must be memory: or the URL of an SQS queue`);
  }
}

/** The region that the name of an SQS endpoint holds ("Amazon Simple Queue Service endpoints and quotas"). */
function regionOf(url: string): string | undefined {
  return /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1];
}

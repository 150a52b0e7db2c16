import { MemoryJobQueue } from './job-queue/memory';
import type { JobQueue } from './job-queue/job-queue';
import { parsePubsubUrl, type PubsubQueueName } from './job-queue/pubsub/names';

const FORMS = 'memory:, the URL of an SQS queue, or pubsub://PROJECT/TOPIC/SUBSCRIPTION';

/**
 * Opens the job queue that a URL names: `memory:`, that of an SQS queue, or `pubsub://PROJECT/TOPIC/SUBSCRIPTION`. Credentials are
 * those of the environment or the machine; the region of SQS too, unless the URL names it. `PUBSUB_EMULATOR_HOST` leads to Google's
 * emulator.
 *
 * @param deadLetterUrl where messages are put aside, in the same form; needed but with `memory:`
 * @throws TypeError naming what is wrong
 */
export function openJobQueue(url: string, deadLetterUrl: string | undefined): JobQueue {
  if (url === 'memory:') return new MemoryJobQueue();
  const pubsub = parsePubsubUrl(url);
  if (!pubsub && !isHttp(url)) throw new TypeError(`job queue: ${JSON.stringify(url)} must be ${FORMS}`);
  if (deadLetterUrl === undefined) {
    throw new TypeError('dead-letter queue: is not set; every queue but memory: needs one beside it');
  }
  return pubsub ? openPubsub(pubsub, deadLetterUrl) : openSqs(url, deadLetterUrl);
}

function openSqs(queueUrl: string, deadLetterQueueUrl: string): JobQueue {
  if (!isHttp(deadLetterQueueUrl)) throw notBeside(deadLetterQueueUrl, 'the URL of an SQS queue');
  // Loaded only where it is used, as below.
  const { SqsJobQueue } = require('./job-queue/sqs') as typeof import('./job-queue/sqs');
  const region = regionOf(queueUrl);
  return new SqsJobQueue({ queueUrl, deadLetterQueueUrl, client: region ? { region } : undefined });
}

function openPubsub(queue: PubsubQueueName, deadLetterUrl: string): JobQueue {
  const deadLetters = parsePubsubUrl(deadLetterUrl);
  if (!deadLetters) throw notBeside(deadLetterUrl, 'pubsub://PROJECT/TOPIC/SUBSCRIPTION');
  const { PubsubJobQueue } =
    require('./job-queue/pubsub/pubsub-job-queue') as typeof import('./job-queue/pubsub/pubsub-job-queue');
  const { countUndelivered } =
    require('./job-queue/pubsub/undelivered') as typeof import('./job-queue/pubsub/undelivered');
  const emulator = process.env.PUBSUB_EMULATOR_HOST || undefined;
  return new PubsubJobQueue({
    queue,
    deadLetters,
    emulator,
    countUndelivered: emulator === undefined ? countUndelivered({ queue }) : undefined,
  });
}

function notBeside(url: string, form: string): TypeError {
  return new TypeError(`dead-letter queue: ${JSON.stringify(url)} must be ${form}, as the job queue is`);
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);
}

/** The region that the name of an SQS endpoint holds ("Amazon Simple Queue Service endpoints and quotas"). */
function regionOf(url: string): string | undefined {
  return /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1];
}

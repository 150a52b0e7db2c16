import { Command, Option } from 'commander';
import type { JobQueue } from '../../services/engines/job-queue/job-queue';
import { isUnavailable } from '../../services/program/unavailable';
import { openJobQueue } from '../../services/engines/open-job-queue';
import { chosen, retry, withDeadLetters, type PutAside } from '../../tools/dead-letters/dead-letters';
import { Failure, wrongUsage } from '../../tools/failure';
import { formatTable } from '../../tools/table';

interface Options {
  readonly queue?: string;
  readonly deadLetters?: string;
}

/** `sandpiper dlq`: the jobs that no attempt could end. */
export function command(): Command {
  const dlq = new Command('dlq').description('Looks at jobs that were put aside, sends them again or drops them.');
  const on = (name: string, description: string) =>
    dlq
      .command(name)
      .description(description)
      .addOption(
        new Option('--queue <url>', 'URL of the SQS queue, or pubsub://PROJECT/TOPIC/SUBSCRIPTION').env(
          'SANDPIPER_QUEUE',
        ),
      )
      .addOption(new Option('--dead-letters <url>', 'the same of the queue beside it').env('SANDPIPER_DEAD_LETTERS'));
  const withIds = (
    name: string,
    description: string,
    act: (queue: JobQueue, ids: readonly string[]) => Promise<void>,
  ) =>
    on(name, description)
      .argument('<id...>', 'ids of jobs or messages, or all')
      .action((ids: readonly string[], options: Options) => withQueue(options, (queue) => act(queue, ids)));
  on('list', 'lists them').action((options: Options) => withQueue(options, (queue) => list(queue)));
  withIds('show', 'prints them whole, programs and all, as JSON', show);
  withIds('retry', 'sends them again, as new jobs', retryAll);
  withIds('drop', 'removes them for good', drop);
  return dlq;
}

async function withQueue(options: Options, act: (queue: JobQueue) => Promise<void>): Promise<void> {
  const { queue: url, deadLetters } = options;
  if (url === undefined || deadLetters === undefined) {
    throw wrongUsage('--queue and --dead-letters (or SANDPIPER_QUEUE and SANDPIPER_DEAD_LETTERS) must be given');
  }
  const queue = opened(url, deadLetters);
  try {
    await act(queue);
  } catch (error) {
    throw isUnavailable(error) ? new Failure((error as Error).message) : error;
  } finally {
    await queue.close();
  }
}

function opened(url: string, deadLetters: string): JobQueue {
  try {
    return openJobQueue(url, deadLetters);
  } catch (error) {
    throw wrongUsage((error as Error).message);
  }
}

async function list(queue: JobQueue): Promise<void> {
  await withDeadLetters(queue, async (letters) => {
    if (letters.length === 0) return console.log('There are none.');
    console.log(formatTable(['id', 'language', 'accepted', 'why'], letters.map(rowOf)));
  });
}

function rowOf({ letter, message }: PutAside): readonly string[] {
  const accepted = message ? new Date(message.acceptedMs).toISOString() : '-';
  return [message?.id ?? letter.id, message?.job.language ?? '-', accepted, letter.reason ?? 'received too often'];
}

async function show(queue: JobQueue, ids: readonly string[]): Promise<void> {
  await withDeadLetters(queue, async (letters) => {
    for (const { letter, message } of chosen(letters, ids)) {
      const { id, reason, attributes, body } = letter;
      console.log(JSON.stringify({ message: id, reason, attributes, ...(message ?? { body }) }, null, 2));
    }
  });
}

async function retryAll(queue: JobQueue, ids: readonly string[]): Promise<void> {
  await withDeadLetters(queue, async (letters) => {
    for (const one of chosen(letters, ids)) {
      console.log(`${one.message?.id ?? one.letter.id} is sent again as ${await retry(queue, one)}`);
    }
  });
}

async function drop(queue: JobQueue, ids: readonly string[]): Promise<void> {
  await withDeadLetters(queue, async (letters) => {
    for (const { letter, message } of chosen(letters, ids)) {
      await letter.drop();
      console.log(`${message?.id ?? letter.id} is dropped`);
    }
  });
}

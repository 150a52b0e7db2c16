import { findPubsubEmulator } from '../../../tools/provision/pubsub-emulator';
import { freePort } from '../../../modules/local/free-port';
import { once, pubsubClients } from '../../../services/engines/job-queue/pubsub/clients';
import { pathsOf, type PubsubQueueName } from '../../../services/engines/job-queue/pubsub/names';
import { startJavaServer, type JavaServer } from './java-server';

/** Google's Pub/Sub emulator. */
export interface PubsubEmulator extends JavaServer {
  /** `host:port`, as PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  /** Makes a queue and the one beside it. */
  createQueues(suffix?: string): Promise<{ readonly queue: PubsubQueueName; readonly deadLetters: PubsubQueueName }>;
}

/** Seconds that a message is leased before its receiver has said for how long. */
const ACK_DEADLINE_SECONDS = 10;

/** Starts it on a free loopback port. */
export async function startPubsubEmulator(): Promise<PubsubEmulator> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const args = ['-jar', findPubsubEmulator()!, '--host=127.0.0.1', `--port=${port}`];
  const server = await startJavaServer(args, () =>
    fetch(`http://${host}/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    ...server,
    host,
    createQueues: async (suffix = '') => {
      const { publisher, subscriber } = pubsubClients(host);
      const create = async (name: string, deadLetterTopic?: string): Promise<PubsubQueueName> => {
        const queue = {
          project: 'sandpiper-test',
          topic: `${name}${suffix}`,
          subscription: `${name}-runners${suffix}`,
        };
        const paths = pathsOf(queue);
        // After a restart the channel comes back with a pause of its own.
        await untilDone(() => publisher.createTopic({ name: paths.topic }, once()));
        await subscriber.createSubscription(
          {
            name: paths.subscription,
            topic: paths.topic,
            ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
            deadLetterPolicy: deadLetterTopic === undefined ? null : { deadLetterTopic, maxDeliveryAttempts: 100 },
          },
          once(),
        );
        return queue;
      };
      try {
        const deadLetters = await create('dead');
        return { queue: await create('jobs', pathsOf(deadLetters).topic), deadLetters };
      } finally {
        await Promise.all([publisher.close(), subscriber.close()]);
      }
    },
  };
}

async function untilDone(call: () => Promise<unknown>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    try {
      return void (await call());
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The URL of a queue, for a process of its own. */
export function pubsubUrl({ project, topic, subscription }: PubsubQueueName): string {
  return `pubsub://${project}/${topic}/${subscription}`;
}

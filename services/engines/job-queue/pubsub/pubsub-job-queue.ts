import type { protos } from '@google-cloud/pubsub';
import {
  checkOutgoing,
  LeaseLostError,
  QueueUnavailableError,
  type DeadLetter,
  type JobQueue,
  type Lease,
  type OutgoingMessage,
  type QueueDepth,
  type ReceiveOptions,
} from '../job-queue';
import {
  asked,
  CANCELLED,
  DEADLINE_EXCEEDED,
  loggedIn,
  once,
  pubsubClients,
  statusOf,
  UNIMPLEMENTED,
  type PubsubClients,
} from './clients';
import { pathsOf, type PubsubQueueName } from './names';
import type { CountUndelivered } from './undelivered';

type PullCall = Promise<[protos.google.pubsub.v1.IPullResponse]> & { cancel(): void };
type Received = protos.google.pubsub.v1.IReceivedMessage;

export interface PubsubJobQueueProps {
  readonly queue: PubsubQueueName;
  /** Where messages are put aside. */
  readonly deadLetters: PubsubQueueName;
  /** `host:port` of Google's emulator. @default - Google */
  readonly emulator?: string;
  /** Pub/Sub itself counts nothing: see pubsub/undelivered.ts. @default - {@link JobQueue.depth} is refused */
  readonly countUndelivered?: CountUndelivered;
}

/** The attribute of a dead letter that says why. */
const REASON = 'sandpiper-reason';
/** The attribute of a delayed message: milliseconds since the epoch before which nobody is to have it. */
const NOT_BEFORE = 'sandpiper-not-before';
/** What Pub/Sub itself adds to what it puts aside ("Handle message failures"). */
const BROKERS_OWN = /^CloudPubSubDeadLetterSource/;
/** The longest ack deadline. */
const MAXIMUM_DEADLINE_SECONDS = 600;
/** A dead letter that was listed is this caller's alone for so long. */
const DEAD_LETTER_LEASE_SECONDS = 60;
/** A pull that need not wait may take so long: what waits is handed over well before. */
const SHORT_PULL_MS = 1_000;

/**
 * A job queue on Google Cloud Pub/Sub. It pulls as many messages as its caller has room for, and none ahead: a message that waits
 * in a process's own buffer waits although another runner is idle.
 */
export class PubsubJobQueue implements JobQueue {
  private readonly clients: PubsubClients;
  private readonly paths: ReturnType<typeof pathsOf>;
  private readonly deadLetterPaths: ReturnType<typeof pathsOf>;
  readonly deadLetters = { list: (maximum: number) => this.listDeadLetters(maximum) };

  constructor(private readonly props: PubsubJobQueueProps) {
    this.clients = pubsubClients(props.emulator);
    this.paths = pathsOf(props.queue);
    this.deadLetterPaths = pathsOf(props.deadLetters);
  }

  async send(message: OutgoingMessage): Promise<void> {
    checkOutgoing(message);
    const { body, attributes, delaySeconds = 0 } = message;
    const notBefore = String(Date.now() + delaySeconds * 1_000);
    const delayed = delaySeconds > 0 ? { ...attributes, [NOT_BEFORE]: notBefore } : attributes;
    await this.publish(this.paths.topic, body, delayed ?? {});
  }

  async receive({ maximum, waitSeconds, leaseSeconds, signal }: ReceiveOptions): Promise<readonly Lease[]> {
    const deadline = Date.now() + waitSeconds * 1_000;
    for (;;) {
      const pulled = await this.pull(this.paths.subscription, maximum, deadline - Date.now(), signal);
      const early = pulled.filter((message) => waitOf(message) > 0);
      const due = pulled.filter((message) => waitOf(message) <= 0);
      // Back to the broker for the rest of their delay. Each such delivery counts against the broker's own limit.
      for (const message of early) await this.setDeadline(this.paths.subscription, [message], waitOf(message));
      if (due.length > 0) {
        await this.setDeadline(this.paths.subscription, due, leaseSeconds);
        return due.map((message) => this.lease(message, leaseSeconds));
      }
      if (signal?.aborted || Date.now() >= deadline) return [];
    }
  }

  async depth(): Promise<QueueDepth> {
    const { countUndelivered } = this.props;
    if (!countUndelivered) throw new QueueUnavailableError('this Pub/Sub tells nobody how many messages it holds');
    return { waiting: await countUndelivered(), inFlight: 0 };
  }

  async ping(): Promise<void> {
    const { publisher, subscriber } = this.clients;
    // Both may be asked by anybody, and answer what the asker may do: a gateway may publish, a runner may consume.
    const mayPublish = await granted(publisher, this.paths.topic, 'pubsub.topics.publish');
    if (mayPublish || (await granted(subscriber, this.paths.subscription, 'pubsub.subscriptions.consume'))) return;
    throw new QueueUnavailableError(`${this.paths.topic} may not be published to, nor its subscription be consumed`);
  }

  async close(): Promise<void> {
    await Promise.all([this.clients.publisher.close(), this.clients.subscriber.close()]);
  }

  private async publish(topic: string, body: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    const messages = [{ data: Buffer.from(body), attributes: { ...attributes } }];
    await loggedIn(this.clients.publisher);
    await asked(this.clients.publisher.publish({ topic, messages }, once()));
  }

  /** Waits for messages; none when time is up or the signal aborts. @throws QueueUnavailableError */
  private async pull(
    subscription: string,
    maxMessages: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<readonly Received[]> {
    const { subscriber } = this.clients;
    await loggedIn(subscriber);
    if (signal?.aborted) return [];
    // What `pull` itself returns cannot be cancelled.
    const request = { subscription, maxMessages };
    const call = subscriber.innerApiCalls.pull!(request, once(Math.max(SHORT_PULL_MS, waitMs))) as PullCall;
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      const [{ receivedMessages }] = await call;
      return receivedMessages ?? [];
    } catch (error) {
      if (signal?.aborted && statusOf(error) === CANCELLED) return [];
      if (statusOf(error) === DEADLINE_EXCEEDED) return [];
      throw new QueueUnavailableError(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** @param seconds from now; 0 gives the messages back at once */
  private async setDeadline(subscription: string, messages: readonly Received[], seconds: number): Promise<void> {
    const ackDeadlineSeconds = Math.min(MAXIMUM_DEADLINE_SECONDS, Math.ceil(seconds));
    const ackIds = messages.map(({ ackId }) => ackId!);
    await asked(this.clients.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds }, once()));
  }

  private async acknowledge(subscription: string, message: Received): Promise<void> {
    await asked(this.clients.subscriber.acknowledge({ subscription, ackIds: [message.ackId!] }, once()));
  }

  private lease(message: Received, leaseSeconds: number): Lease {
    const { subscription } = this.paths;
    const { id, body, attributes } = decoded(message);
    // Pub/Sub does not say that a lease has ended; but it lasts no longer than it was asked to.
    let endsAtMs = Date.now() + leaseSeconds * 1_000;
    const complete = async (): Promise<void> => {
      await this.acknowledge(subscription, message);
      endsAtMs = 0;
    };
    return {
      id,
      body,
      attributes,
      deliveries: message.deliveryAttempt || 1,
      extend: async (seconds) => {
        if (Date.now() > endsAtMs) throw new LeaseLostError(id);
        // By the time before the call: never later than Pub/Sub's own.
        const extendedAtMs = Date.now();
        await this.setDeadline(subscription, [message], seconds);
        endsAtMs = extendedAtMs + seconds * 1_000;
      },
      complete,
      release: async (delaySeconds = 0) => {
        if (Date.now() > endsAtMs) return;
        await this.setDeadline(subscription, [message], delaySeconds);
        endsAtMs = 0;
      },
      deadLetter: async (reason) => {
        // First there, then gone here: a crash in between puts it aside twice, and loses nothing.
        const why = { [REASON]: reason.slice(0, 1_000) };
        await this.publish(this.deadLetterPaths.topic, body, { ...attributes, ...why });
        await complete();
      },
    };
  }

  private async listDeadLetters(maximum: number): Promise<readonly DeadLetter[]> {
    const { subscription } = this.deadLetterPaths;
    const letters: Received[] = [];
    while (letters.length < maximum) {
      const more = await this.pull(subscription, maximum - letters.length, SHORT_PULL_MS);
      if (more.length === 0) break;
      await this.setDeadline(subscription, more, DEAD_LETTER_LEASE_SECONDS);
      letters.push(...more);
    }
    return letters.map((message) => this.deadLetter(message));
  }

  private deadLetter(message: Received): DeadLetter {
    const { subscription } = this.deadLetterPaths;
    const { id, body, attributes: all } = decoded(message);
    const { [REASON]: reason, ...attributes } = all;
    const drop = (): Promise<void> => this.acknowledge(subscription, message);
    return {
      id,
      body,
      attributes,
      reason,
      drop,
      release: () => this.setDeadline(subscription, [message], 0),
      retry: async () => {
        await this.send({ body, attributes });
        await drop();
      },
    };
  }
}

/** @throws QueueUnavailableError when nobody answers */
async function granted(
  client: PubsubClients[keyof PubsubClients],
  resource: string,
  permission: string,
): Promise<boolean> {
  const request = { resource, permissions: [permission] } as Parameters<typeof client.testIamPermissions>[0];
  await loggedIn(client);
  try {
    const [answer] = await client.testIamPermissions(request, once());
    return (answer.permissions ?? []).includes(permission);
  } catch (error) {
    // The emulator has no permissions; that it says so is answer enough.
    if (statusOf(error) === UNIMPLEMENTED) return true;
    throw new QueueUnavailableError(error);
  }
}

/** Seconds until somebody may have the message. */
function waitOf({ message }: Received): number {
  return (Number(message?.attributes?.[NOT_BEFORE] ?? 0) - Date.now()) / 1_000;
}

function decoded({ message }: Received) {
  const attributes = Object.entries(message?.attributes ?? {}).filter(
    ([name]) => name !== NOT_BEFORE && !BROKERS_OWN.test(name),
  );
  return {
    id: message?.messageId ?? '',
    body: Buffer.from((message?.data ?? '') as Uint8Array).toString(),
    attributes: Object.fromEntries(attributes) as Record<string, string>,
  };
}

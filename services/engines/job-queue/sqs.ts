import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
  type MessageAttributeValue,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
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
} from './job-queue';

export interface SqsJobQueueProps {
  /** A standard queue. */
  readonly queueUrl: string;
  /** Where messages are put aside. */
  readonly deadLetterQueueUrl: string;
  /** Region, endpoint and credentials. @default those of the environment */
  readonly client?: SQSClientConfig;
}

/** The attribute of a dead letter that says why. */
const REASON = 'sandpiper-reason';
/** The maximum of one SQS call. */
const MAXIMUM_RECEIVED = 10;
/** A dead letter that was listed is this caller's alone for so long. */
const DEAD_LETTER_LEASE_SECONDS = 60;
/** What SQS answers when a receipt is no longer good (API reference, ChangeMessageVisibility and DeleteMessage, errors). */
const LEASE_LOST = new Set(['MessageNotInflight', 'ReceiptHandleIsInvalid', 'InvalidParameterValue']);

/** A job queue on Amazon SQS, or on what speaks its protocol. */
export class SqsJobQueue implements JobQueue {
  private readonly client: SQSClient;
  readonly deadLetters = { list: (maximum: number) => this.listDeadLetters(maximum) };

  constructor(private readonly props: SqsJobQueueProps) {
    this.client = new SQSClient({ maxAttempts: 3, ...props.client });
  }

  async send(message: OutgoingMessage): Promise<void> {
    checkOutgoing(message);
    const { body, attributes, delaySeconds } = message;
    await this.call(() =>
      this.client.send(
        new SendMessageCommand({
          QueueUrl: this.props.queueUrl,
          MessageBody: body,
          MessageAttributes: encoded(attributes),
          DelaySeconds: delaySeconds,
        }),
      ),
    );
  }

  async receive({ maximum, waitSeconds, leaseSeconds, signal }: ReceiveOptions): Promise<readonly Lease[]> {
    if (signal?.aborted) return [];
    try {
      const messages = await this.take(this.props.queueUrl, maximum, waitSeconds, leaseSeconds, signal);
      return messages.map((message) => this.lease(message));
    } catch (error) {
      if (signal?.aborted) return [];
      throw error;
    }
  }

  async depth(): Promise<QueueDepth> {
    const { Attributes: counts = {} } = await this.call(() =>
      this.client.send(
        new GetQueueAttributesCommand({
          QueueUrl: this.props.queueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesDelayed',
            'ApproximateNumberOfMessagesNotVisible',
          ],
        }),
      ),
    );
    const count = (name: string): number =>
      Number((counts as Record<string, string>)[`ApproximateNumberOfMessages${name}`] ?? 0);
    return { waiting: count('') + count('Delayed'), inFlight: count('NotVisible') };
  }

  async ping(): Promise<void> {
    await this.depth();
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private lease(message: Message): Lease {
    const id = message.MessageId!;
    const { queueUrl, deadLetterQueueUrl } = this.props;
    const receipt = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle };
    const { attributes, body } = decoded(message);
    const setVisibility = async (seconds: number): Promise<void> => {
      const command = new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: Math.ceil(seconds) });
      await this.call(() => this.client.send(command), id);
    };
    const complete = async (): Promise<void> => {
      await ignoringLostLeases(this.call(() => this.client.send(new DeleteMessageCommand(receipt)), id));
    };
    return {
      id,
      body,
      attributes,
      deliveries: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
      extend: setVisibility,
      complete,
      release: (delaySeconds = 0) => ignoringLostLeases(setVisibility(delaySeconds)),
      deadLetter: async (reason) => {
        // First there, then gone here: a crash in between puts it aside twice, and loses nothing.
        const MessageAttributes = encoded({ ...attributes, [REASON]: reason.slice(0, 1_000) });
        const letter = { QueueUrl: deadLetterQueueUrl, MessageBody: body, MessageAttributes };
        await this.call(() => this.client.send(new SendMessageCommand(letter)));
        await complete();
      },
    };
  }

  private async listDeadLetters(maximum: number): Promise<readonly DeadLetter[]> {
    const letters: Message[] = [];
    while (letters.length < maximum) {
      const wanted = maximum - letters.length;
      const more = await this.take(this.props.deadLetterQueueUrl, wanted, 0, DEAD_LETTER_LEASE_SECONDS);
      if (more.length === 0) break;
      letters.push(...more);
    }
    return letters.map((message) => this.deadLetter(message));
  }

  private deadLetter(message: Message): DeadLetter {
    const { body, attributes: all } = decoded(message);
    const { [REASON]: reason, ...attributes } = all;
    const receipt = { QueueUrl: this.props.deadLetterQueueUrl, ReceiptHandle: message.ReceiptHandle };
    const drop = async (): Promise<void> => {
      await ignoringLostLeases(this.call(() => this.client.send(new DeleteMessageCommand(receipt)), message.MessageId));
    };
    return {
      id: message.MessageId!,
      body,
      attributes,
      reason,
      drop,
      release: () =>
        ignoringLostLeases(
          this.call(
            () => this.client.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 })),
            message.MessageId,
          ),
        ),
      retry: async () => {
        await this.send({ body, attributes });
        await drop();
      },
    };
  }

  private async take(url: string, maximum: number, waitSeconds: number, leaseSeconds: number, signal?: AbortSignal) {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(MAXIMUM_RECEIVED, maximum),
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: leaseSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const { Messages = [] } = await this.call(() => this.client.send(command, { abortSignal: signal }));
    return Messages;
  }

  /** @throws LeaseLostError when SQS says so of the message, QueueUnavailableError for everything else */
  private async call<T>(send: () => Promise<T>, messageId?: string): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const name = (error as Error).name.split('.').at(-1)!;
      if (messageId !== undefined && LEASE_LOST.has(name)) throw new LeaseLostError(messageId);
      throw new QueueUnavailableError(error);
    }
  }
}

async function ignoringLostLeases(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
  }
}

function encoded(attributes: Readonly<Record<string, string>> = {}): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

function decoded({ Body: body = '', MessageAttributes: given = {} }: Message) {
  const attributes = Object.entries(given).map(([name, value]) => [name, value.StringValue ?? '']);
  return { body, attributes: Object.fromEntries(attributes) as Record<string, string> };
}

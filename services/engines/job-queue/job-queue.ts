/**
 * Carries work from the gateways to the runners. A message holds a whole job, so that a lost event store loses none.
 * Delivery is at least once and in no order: whoever receives must bear duplicates (the event store's attempts fence them).
 *
 * Adapters: memory (one process), SQS, Pub/Sub. One conformance suite runs against all.
 */
export interface JobQueue {
  /**
   * Resolves when the queue has the message: from then on the job is accepted.
   *
   * @throws PayloadTooLargeError when the message is larger than {@link MAXIMUM_MESSAGE_BYTES}
   * @throws QueueUnavailableError when the queue cannot be reached; nothing is known of the message then
   */
  send(message: OutgoingMessage): Promise<void>;

  /**
   * Waits for messages and leases them: nobody else gets them while the lease lasts. Resolves with what there is as soon as
   * there is one, with none when `waitSeconds` pass or the signal aborts.
   *
   * @throws QueueUnavailableError
   */
  receive(options: ReceiveOptions): Promise<readonly Lease[]>;

  /**
   * About how many messages wait, and how many are leased. Exact for memory, approximate for SQS; Pub/Sub tells it minutes late
   * and counts leased messages among those that wait.
   */
  depth(): Promise<QueueDepth>;

  /** @throws QueueUnavailableError when the queue cannot be reached, or may not be used */
  ping(): Promise<void>;

  /** Messages that were put aside, for `sandpiper dlq`. */
  readonly deadLetters: DeadLetters;

  /** Ends connections. Leases that are out run off by themselves. */
  close(): Promise<void>;
}

export interface OutgoingMessage {
  /** The job, already encoded (see job-message.ts). */
  readonly body: string;
  /** Short strings beside the body, such as the trace context. At most 8. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Seconds until it may be received, 0 to 900 (the maximum of SQS). @default 0 */
  readonly delaySeconds?: number;
}

export interface ReceiveOptions {
  /** At most so many, 1 to 10 (the maximum of one SQS call). */
  readonly maximum: number;
  /** Seconds to wait for the first, 0 to 20 (the maximum of SQS long polling). */
  readonly waitSeconds: number;
  /** Seconds the lease lasts unless it is extended, 10 to 600 (the ack deadlines of Pub/Sub). */
  readonly leaseSeconds: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
}

/** A message that is this receiver's alone while the lease lasts. */
export interface Lease {
  /** The broker's id of the message; for logs. */
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** How often the broker has delivered it, this time included; a hint where the broker does not count. */
  readonly deliveries: number;
  /** The lease lasts `seconds` from now. @throws LeaseLostError when it has ended already, where the broker tells */
  extend(seconds: number): Promise<void>;
  /** The job is done: the message is gone. Harmless when the lease has ended. */
  complete(): Promise<void>;
  /** Put it back: it may be received again after `delaySeconds`. @default at once */
  release(delaySeconds?: number): Promise<void>;
  /** Put it aside with a reason, and complete it. */
  deadLetter(reason: string): Promise<void>;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly inFlight: number;
}

/** A message that was put aside. */
export interface DeadLetter {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Why, in one line; absent where the broker itself put it aside. */
  readonly reason?: string;
  /** Sends it to the queue again and removes it here. */
  retry(): Promise<void>;
  /** Removes it for good. */
  drop(): Promise<void>;
  /** Leaves it where it is, for the next who looks. */
  release(): Promise<void>;
}

export interface DeadLetters {
  /** Up to `maximum` of them, leased for a short while so that each can be retried or dropped. */
  list(maximum: number): Promise<readonly DeadLetter[]>;
}

/** Largest message that every broker carries: 256 KiB, the SQS limit that the AWS provider lets a queue have. Body and attributes. */
export const MAXIMUM_MESSAGE_BYTES = 262_144;

/** Attributes of one message at most: SQS takes ten, two are the adapters' own. */
export const MAXIMUM_ATTRIBUTES = 8;

/** The job does not fit into a message. */
export class PayloadTooLargeError extends Error {
  readonly code = 'payloadTooLarge';
  constructor(
    readonly bytes: number,
    readonly limitBytes: number = MAXIMUM_MESSAGE_BYTES,
  ) {
    super(`the job is ${bytes} bytes long, compressed and encoded; at most ${limitBytes} bytes are carried`);
    this.name = 'PayloadTooLargeError';
  }
}

/** The queue cannot be reached or refuses to serve; worth a retry. */
export class QueueUnavailableError extends Error {
  readonly code = 'unavailable';
  constructor(cause: unknown) {
    super(`the job queue is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'QueueUnavailableError';
  }
}

/** The lease ended before it was extended: another receiver may have the message by now. */
export class LeaseLostError extends Error {
  constructor(readonly messageId: string) {
    super(`the lease of message ${messageId} has ended`);
    this.name = 'LeaseLostError';
  }
}

/** @throws PayloadTooLargeError, or RangeError when an option is out of its range */
export function checkOutgoing({ body, attributes = {}, delaySeconds = 0 }: OutgoingMessage): void {
  const entries = Object.entries(attributes);
  if (entries.length > MAXIMUM_ATTRIBUTES) {
    throw new RangeError(`attributes: ${entries.length} were given; at most ${MAXIMUM_ATTRIBUTES} are carried`);
  }
  if (!(delaySeconds >= 0 && delaySeconds <= 900)) {
    throw new RangeError(`delaySeconds: ${delaySeconds} must be from 0 to 900`);
  }
  const bytes = entries.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    Buffer.byteLength(body),
  );
  if (bytes > MAXIMUM_MESSAGE_BYTES) throw new PayloadTooLargeError(bytes);
}

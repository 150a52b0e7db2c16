import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { QueueUnavailableError } from '../job-queue';

/** Google's own clients, without what the larger library keeps for itself: buffers, batches, leases. */
export interface PubsubClients {
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
}

/** @param emulator `host:port` of Google's emulator. @default - Google, with the identity of the environment or the machine */
export function pubsubClients(emulator?: string): PubsubClients {
  const options = emulator === undefined ? {} : emulatorOptions(emulator);
  return { publisher: new v1.PublisherClient(options), subscriber: new v1.SubscriberClient(options) };
}

function emulatorOptions(emulator: string) {
  const [servicePath, port] = emulator.split(':');
  // An identity is neither needed nor looked for.
  const auth = new GoogleAuth({ authClient: new PassThroughClient(), projectId: 'emulated' });
  return { servicePath, port: Number(port), sslCreds: credentials.createInsecure(), auth: auth as never };
}

/** gRPC's status codes that are told apart here. */
export const CANCELLED = 1;
export const DEADLINE_EXCEEDED = 4;
export const UNIMPLEMENTED = 12;

/** How long a call may take that does not wait for messages. */
const CALL_MS = 10_000;

/** Options of a call that is made once: retries are the callers' business, whose patience is theirs. */
export function once(timeoutMs = CALL_MS) {
  return { timeout: timeoutMs, retry: null } as const;
}

/**
 * Has a client find its identity, before its first call. One that could not would remember that for good, and throw it at its next
 * call where nobody can catch it, which ends the process: so it is made to forget, and the next call tries again.
 *
 * @throws QueueUnavailableError
 */
export async function loggedIn(client: PubsubClients[keyof PubsubClients]): Promise<void> {
  try {
    await client.initialize();
  } catch (error) {
    if (client instanceof v1.PublisherClient) client.publisherStub = undefined;
    else client.subscriberStub = undefined;
    throw new QueueUnavailableError(error);
  }
}

/** @throws QueueUnavailableError */
export async function asked<T>(call: Promise<[T, ...unknown[]]>): Promise<T> {
  try {
    const [answer] = await call;
    return answer;
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}

export function statusOf(error: unknown): number | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'number' ? code : undefined;
}

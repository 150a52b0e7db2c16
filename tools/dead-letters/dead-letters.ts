import { randomUUID } from 'node:crypto';
import { decodeJobMessage, encodeJobMessage, type JobMessage } from '../../services/engines/job-message';
import type { DeadLetter, JobQueue } from '../../services/engines/job-queue/job-queue';
import { wrongUsage } from '../failure';

/** A job that was put aside, as far as its message can be read. */
export interface PutAside {
  readonly letter: DeadLetter;
  /** Absent where the message holds no job. */
  readonly message?: JobMessage;
}

/** A queue with more of them has one cause for many. */
const MAXIMUM = 1_000;

/** Looks at the dead letters, and leaves those that `use` did not retry or drop for the next who looks. */
export async function withDeadLetters<T>(
  queue: JobQueue,
  use: (letters: readonly PutAside[]) => Promise<T>,
): Promise<T> {
  const letters = await queue.deadLetters.list(MAXIMUM);
  try {
    return await use(letters.map((letter) => ({ letter, message: readable(letter) })));
  } finally {
    // Harmless for those that are gone.
    await Promise.allSettled(letters.map((letter) => letter.release()));
  }
}

/**
 * Those that were asked for, by the job's id or the message's.
 *
 * @param ids `all`, or ids
 * @throws Failure naming an id that none has
 */
export function chosen(letters: readonly PutAside[], ids: readonly string[]): readonly PutAside[] {
  if (ids.length === 1 && ids[0] === 'all') return letters;
  return ids.map((id) => {
    const found = letters.find(({ letter, message }) => letter.id === id || message?.id === id);
    if (!found) throw wrongUsage(`there is no dead letter ${id}: \`./sandpiper dlq list\` shows those that there are`);
    return found;
  });
}

/**
 * Sends the job again as a new one: for its client, who was told its end, the old one is over.
 *
 * @returns the new job's id
 * @throws Failure when the message holds no job
 */
export async function retry(queue: JobQueue, { letter, message }: PutAside, nowMs = Date.now()): Promise<string> {
  if (!message) throw wrongUsage(`the dead letter ${letter.id} holds no job; it can only be dropped`);
  const { acceptedMs, deadlineMs } = message;
  const id = randomUUID();
  const again = { ...message, id, acceptedMs: nowMs, deadlineMs: nowMs + (deadlineMs - acceptedMs) };
  await queue.send({ body: encodeJobMessage(again), attributes: letter.attributes });
  await letter.drop();
  return id;
}

function readable({ body }: DeadLetter): JobMessage | undefined {
  try {
    return decodeJobMessage(body);
  } catch {
    return undefined;
  }
}

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { firstIssue } from '../protocol/first-issue';
import { jobSchema } from '../protocol/job';
import { MAX_FILES_BYTES, MAX_STDIN_BYTES, MAX_ARG_BYTES } from '../protocol/limits';
import { JOB_MESSAGE_VERSION } from './job-message-version';
import { MAXIMUM_MESSAGE_BYTES, PayloadTooLargeError } from './job-queue/job-queue';

const isRead = (version: number): boolean =>
  version >= 1 && version <= JOB_MESSAGE_VERSION && version >= JOB_MESSAGE_VERSION - 1;

const jobMessageSchema = z.object({
  /** Of the message. */
  v: z.int().refine(isRead, `is no version that is read: ${JOB_MESSAGE_VERSION} and the one before`),
  id: z.string().min(1).max(64),
  owner: z.string().min(1).max(256),
  /** Milliseconds since the epoch, as the others. */
  acceptedMs: z.number(),
  deadlineMs: z.number(),
  retentionMs: z.number().positive(),
  job: jobSchema,
});

/** What a queue message holds: the whole job, and what the event store needs to know it again if it lost everything. */
export type JobMessage = z.infer<typeof jobMessageSchema>;

/** The message is not one of this version of the program's: a defect, or somebody else's. */
export class InvalidMessageError extends Error {
  constructor(reason: string) {
    super(`the message holds no job: ${reason}`);
    this.name = 'InvalidMessageError';
  }
}

/** The message comes from a newer gateway: a runner of its version will know it. */
export class NewerMessageError extends Error {
  constructor(version: number) {
    super(`the message is of version ${version}, newer than ${JOB_MESSAGE_VERSION}`);
    this.name = 'NewerMessageError';
  }
}

/** Room for the attributes beside the body. */
const ATTRIBUTE_BYTES = 2_048;
/** More than any job has: text of a JSON string is at most six times as long as its bytes (`\u0000`). */
const MAXIMUM_JSON_BYTES = 6 * (MAX_FILES_BYTES + MAX_STDIN_BYTES + 4 * MAX_ARG_BYTES);

/** @throws PayloadTooLargeError when the compressed job is more than a queue carries */
export function encodeJobMessage(message: Omit<JobMessage, 'v'>): string {
  const body = deflateRawSync(JSON.stringify({ ...message, v: JOB_MESSAGE_VERSION })).toString('base64');
  const limit = MAXIMUM_MESSAGE_BYTES - ATTRIBUTE_BYTES;
  if (body.length > limit) throw new PayloadTooLargeError(body.length, limit);
  return body;
}

/** @throws InvalidMessageError, NewerMessageError */
export function decodeJobMessage(body: string): JobMessage {
  const json = jsonOf(body);
  const { v: version } = (json ?? {}) as { readonly v?: unknown };
  if (Number.isInteger(version) && Number(version) > JOB_MESSAGE_VERSION) throw new NewerMessageError(Number(version));
  const parsed = jobMessageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InvalidMessageError(firstIssue(parsed.error));
}

function jsonOf(body: string): unknown {
  try {
    const json = inflateRawSync(Buffer.from(body, 'base64'), { maxOutputLength: MAXIMUM_JSON_BYTES });
    return JSON.parse(json.toString());
  } catch (error) {
    throw new InvalidMessageError((error as Error).message);
  }
}

import { z } from 'zod';
import { runnerEventSchema } from './events';
import { encodingSchema, jobSchema } from './job';
import { stageLimitsSchema } from './limits';

/** Version of the WebSocket protocol; the subprotocol that clients may ask for, and part of the path `/v1/ws`. */
export const PROTOCOL_VERSION = 'sandpiper.v1';

/** Standard input in one message; a client that has more sends several. */
export const MAX_STDIN_MESSAGE_BYTES = 65_536;

/** More events than a job can have. */
export const MAX_SEQ = 1_000_000_000;

/** Signals that a client may send to its program. */
export const CLIENT_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGKILL', 'SIGUSR1', 'SIGUSR2'] as const;

const jobId = z.string().min(1).max(64).describe('Id of the job, from `accepted`');

/** Where a reader is: an attempt, and the number of the last event seen of it. */
export const positionSchema = z.object({
  epoch: z.string().min(1).max(64).describe('The attempt whose events are counted'),
  seq: z.int().min(0).max(MAX_SEQ).describe('Number of the last event seen; 0 for none'),
});

/** Unknown fields are ignored, so that a newer client can talk to an older gateway. */
const jobFields = jobSchema.shape;

export const submitMessageSchema = z.object({
  type: z.literal('submit'),
  ref: z.string().max(128).optional().describe('The client’s own name for this submit, repeated in the answer'),
  idempotencyKey: z
    .string()
    .min(16)
    .max(128)
    .optional()
    .describe('A repeated submit with the same key gives the same job; choose it at random'),
  ...jobFields,
});
export const stdinMessageSchema = z.object({
  type: z.literal('stdin'),
  job: jobId,
  data: z
    .string()
    .refine(
      (data) => Buffer.byteLength(data) <= MAX_STDIN_MESSAGE_BYTES,
      `has more than ${MAX_STDIN_MESSAGE_BYTES} bytes`,
    ),
  encoding: encodingSchema.optional(),
});
export const stdinCloseMessageSchema = z.object({ type: z.literal('stdinClose'), job: jobId });
export const signalMessageSchema = z.object({ type: z.literal('signal'), job: jobId, signal: z.enum(CLIENT_SIGNALS) });
export const cancelMessageSchema = z.object({ type: z.literal('cancel'), job: jobId });
export const resumeMessageSchema = z.object({
  type: z.literal('resume'),
  job: jobId,
  token: z.string().min(1).max(256).describe('The resume token, from `accepted`'),
  after: positionSchema.optional().describe('The last event seen; absent: from the beginning'),
});
export const pingMessageSchema = z.object({ type: z.literal('ping') });

/** What a client says over the WebSocket. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  submitMessageSchema,
  stdinMessageSchema,
  stdinCloseMessageSchema,
  signalMessageSchema,
  cancelMessageSchema,
  resumeMessageSchema,
  pingMessageSchema,
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type SubmitMessage = z.infer<typeof submitMessageSchema>;

/**
 * Why a request was refused.
 * - `invalidMessage`: it is not a message of this protocol; the text names the field.
 * - `unknownLanguage`: the text lists what exists.
 * - `payloadTooLarge`: the job does not fit into a queue message.
 * - `unauthorized`: no or no good credentials. `forbidden`: the page's origin may not use this gateway.
 * - `notFound`: no such job, or it has expired.
 * - `rateLimited`, `tooManyJobs`, `tooManyConnections`: too much from this user or address; retry after `retryAfterMs`.
 * - `overloaded`: the backlog’s expected wait is too long. `unavailable`: the queue or the event store does not answer.
 * - `slowReader`: the client reads too slowly; it may `resume`.
 * - `internal`: a defect; the text says no more.
 */
export const errorCodeSchema = z.enum([
  'invalidMessage',
  'unknownLanguage',
  'payloadTooLarge',
  'unauthorized',
  'forbidden',
  'notFound',
  'rateLimited',
  'tooManyJobs',
  'tooManyConnections',
  'overloaded',
  'unavailable',
  'slowReader',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** What the job may use; less than it asked for where its language allows less. */
export const grantedLimitsSchema = z.object({
  compile: stageLimitsSchema,
  run: stageLimitsSchema,
  workBytes: z.int().describe('Bytes in the work directory'),
  workInodes: z.int().describe('Files and directories in the work directory'),
});

export const acceptedMessageSchema = z.object({
  type: z.literal('accepted'),
  ref: z.string().optional(),
  job: jobId,
  token: z.string().describe('With it the job can be resumed on any connection; keep it secret'),
  language: z.string().describe('Id of the language'),
  version: z.string().describe('The version that was chosen'),
  limits: grantedLimitsSchema
    .optional()
    .describe('What it may use; less than it asked for where its language allows less'),
});
export const queuedMessageSchema = z.object({
  type: z.literal('queued'),
  job: jobId,
  waiting: z.int().min(0).describe('About how many jobs wait before it'),
});
/** A refusal; of one job where `job` is given, of one submit where `ref` is, else of a message. */
export const refusalMessageSchema = z.object({
  type: z.literal('error'),
  ref: z.string().optional(),
  job: jobId.optional(),
  code: errorCodeSchema,
  message: z.string(),
  retryAfterMs: z.int().min(0).optional().describe('When to try again'),
});
export const pongMessageSchema = z.object({ type: z.literal('pong') });
/** This gateway ends; resume every job on a new connection. */
export const goingAwayMessageSchema = z.object({ type: z.literal('goingAway') });

/**
 * An event of a job: what its runner said, with the job and the attempt. `seq` counts from 1 without gaps within an `epoch`; a
 * new epoch begins with `reset`, which voids all that was shown of the job before.
 */
export const jobEventMessageSchema = z.intersection(
  runnerEventSchema,
  z.object({ job: jobId, epoch: z.string().describe('The attempt that `seq` counts in') }),
);
export type JobEventMessage = z.infer<typeof jobEventMessageSchema>;

/** What the gateway says over the WebSocket. */
export const serverMessageSchema = z.union([
  acceptedMessageSchema,
  queuedMessageSchema,
  jobEventMessageSchema,
  refusalMessageSchema,
  pongMessageSchema,
  goingAwayMessageSchema,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** WebSocket close codes of this protocol, beside the standard 1000 to 1013. */
export const CLOSE_CODES = {
  /** No message came in time after the connection opened. */
  initTimeout: 4000,
  /** The credentials are missing or bad. */
  unauthorized: 4001,
  /** The client read too slowly; resume. */
  slowReader: 4002,
  /** Too many messages that were refused. */
  tooManyErrors: 4003,
  /** The client's address or user has too many connections open. */
  tooManyConnections: 4004,
} as const;

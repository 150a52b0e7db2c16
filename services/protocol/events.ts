import { z } from 'zod';
import { ERROR_CODES, EXIT_REASONS } from '../../contracts/outcomes';
import { encodingSchema } from './job';

/** The part of a job that runs: the compiler, then the program. A language without a compiler has only `run`. */
export const stageSchema = z.enum(['compile', 'run']);
export type Stage = z.infer<typeof stageSchema>;

/** A limit of services/protocol/limits.ts that a job met. */
export const limitSchema = z.enum(['wall', 'cpu', 'memory', 'processes', 'output', 'disk', 'fileSize', 'openFiles']);
export type Limit = z.infer<typeof limitSchema>;

/** Why a job ended. */
export const exitReasonSchema = z.enum(EXIT_REASONS);
export type ExitReason = z.infer<typeof exitReasonSchema>;

const seq = z.int().min(1).describe('Number of the event in its job, from 1 without gaps');

export const stageEventSchema = z.strictObject({ type: z.literal('stage'), seq, stage: stageSchema });

const outputFields = {
  seq,
  /** Whole characters, or base64. */
  data: z.string(),
  /** @default 'utf8' */
  encoding: encodingSchema.optional(),
};
export const stdoutEventSchema = z.strictObject({ type: z.literal('stdout'), ...outputFields });
export const stderrEventSchema = z.strictObject({ type: z.literal('stderr'), ...outputFields });

/** What a stage used. Sent at its end. */
export const usageEventSchema = z.strictObject({
  type: z.literal('usage'),
  seq,
  stage: stageSchema,
  wallMs: z.number().min(0),
  cpuMs: z.number().min(0),
  /** Highest memory of the whole stage, with the sandbox's own. */
  peakMemoryBytes: z.int().min(0),
  /** Bytes that the stage wrote and that were passed on, before encoding. */
  stdoutBytes: z.int().min(0),
  stderrBytes: z.int().min(0),
});

/** All earlier events of the job are void: it starts again. */
export const resetEventSchema = z.strictObject({
  type: z.literal('reset'),
  seq,
  /** From 1. */
  attempt: z.int().min(1),
});

/** The last event of a job that was run. */
export const exitEventSchema = z.strictObject({
  type: z.literal('exit'),
  seq,
  reason: exitReasonSchema,
  /** The stage that ended last. */
  stage: stageSchema,
  /** Absent when a signal ended it, or nothing ran. */
  exitCode: z.int().min(0).max(255).optional(),
  /** Such as `SIGSEGV`. */
  signal: z.string().optional(),
  /** The limit that ended the job; with `ok` and `compileError`, one that it met and lived through. */
  limit: limitSchema.optional(),
  /** In words, where the reason needs some. */
  message: z.string().optional(),
});

/** The last event of a job that could not be run at all, such as one in an unknown language. */
export const errorEventSchema = z.strictObject({
  type: z.literal('error'),
  seq,
  code: z.enum(ERROR_CODES),
  message: z.string(),
});

/** What a runner says about a job. */
export const runnerEventSchema = z.discriminatedUnion('type', [
  stageEventSchema,
  stdoutEventSchema,
  stderrEventSchema,
  usageEventSchema,
  resetEventSchema,
  exitEventSchema,
  errorEventSchema,
]);
export type RunnerEvent = z.infer<typeof runnerEventSchema>;
export type StageEvent = z.infer<typeof stageEventSchema>;
export type OutputEvent = z.infer<typeof stdoutEventSchema> | z.infer<typeof stderrEventSchema>;
export type UsageEvent = z.infer<typeof usageEventSchema>;
export type ResetEvent = z.infer<typeof resetEventSchema>;
export type ExitEvent = z.infer<typeof exitEventSchema>;
export type ErrorEvent = z.infer<typeof errorEventSchema>;

type WithoutSeq<E> = E extends RunnerEvent ? Omit<E, 'seq'> : never;
/** An event before it has its number. */
export type UnnumberedEvent = WithoutSeq<RunnerEvent>;

/** As a store keeps it: fields that a newer runner added pass. */
export const unnumberedEventSchema = z.discriminatedUnion('type', [
  stageEventSchema.omit({ seq: true }).loose(),
  stdoutEventSchema.omit({ seq: true }).loose(),
  stderrEventSchema.omit({ seq: true }).loose(),
  usageEventSchema.omit({ seq: true }).loose(),
  resetEventSchema.omit({ seq: true }).loose(),
  exitEventSchema.omit({ seq: true }).loose(),
  errorEventSchema.omit({ seq: true }).loose(),
]);

/** An event after which nothing follows. */
export type TerminalEvent = Extract<UnnumberedEvent, { type: 'exit' | 'error' }>;

export function isTerminal(event: UnnumberedEvent): event is TerminalEvent {
  return event.type === 'exit' || event.type === 'error';
}

/** Numbers the events of one job, from `first` on. @default first 1 */
export function numberEvents(emit: (event: RunnerEvent) => void, first = 1): (event: UnnumberedEvent) => void {
  let next = first;
  return (event) => emit({ ...event, seq: next++ } as RunnerEvent);
}

import { z } from 'zod';
import { grantedLimitsSchema, submitMessageSchema } from '../protocol/messages';

/** A submit that waits for no more input, and whose answer is its own. */
export const runRequestSchema = submitMessageSchema.omit({ type: true, ref: true, stdinOpen: true });

/** A job's state, and its result once it has ended. */
export const runSchema = z.object({
  id: z.string(),
  state: z.enum(['queued', 'running', 'ended']),
  token: z.string().optional().describe('In the answer to the submit only'),
  language: z.string(),
  version: z.string().optional(),
  limits: grantedLimitsSchema.optional().describe('What it may use. In the answer to the submit only'),
  result: z
    .object({
      reason: z.string().describe('As in the `exit` event, or the code of an `error` event'),
      exitCode: z.int().optional(),
      signal: z.string().optional(),
      limit: z.string().optional(),
      stage: z.string().optional(),
      message: z.string().optional(),
      stdout: z.string(),
      stderr: z.string(),
      compileOutput: z.string().optional().describe('What the compiler wrote, where there is one'),
      usage: z.array(z.looseObject({ stage: z.string() })),
    })
    .optional(),
});
export type Run = z.infer<typeof runSchema>;

import type { z } from 'zod';

/** A refusal repeats at most so much of what was sent. */
const MAXIMUM_LENGTH = 200;

/** What is wrong first, with the field's path. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'the message is not valid';
  const field = issue.path.join('.');
  const text = field === '' ? issue.message : `${field}: ${issue.message}`;
  return text.length <= MAXIMUM_LENGTH ? text : `${text.slice(0, MAXIMUM_LENGTH - 1)}…`;
}

/**
 * Why a job that was run ended: the reasons of an `exit` event.
 * - `ok`: the program ended by itself; its exit code or signal is its own affair.
 * - `compileError`: the compile stage ended by itself, without success; nothing was run.
 * - `timeout`: it used up its wall or processor time (`limit` says which).
 * - `outOfMemory`: the kernel ended it for its memory.
 * - `outputLimit`: it wrote more than it may; the output ends with a mark.
 * - `limitExceeded`: another limit ended it (`limit` says which).
 * - `cancelled`: its owner, or the runner's drain, ended it.
 * - `sandboxError`: the sandbox failed; not the program's fault, and another attempt may succeed.
 */
export const EXIT_REASONS = [
  'ok',
  'compileError',
  'timeout',
  'outOfMemory',
  'outputLimit',
  'limitExceeded',
  'cancelled',
  'sandboxError',
] as const;

/** Why a job could not be run at all: the codes of an `error` event. */
export const ERROR_CODES = ['invalidJob', 'unknownLanguage', 'unavailable', 'internal'] as const;

/** How jobs end: a dimension of the metric `JobsEnded`. */
export const JOB_OUTCOMES = [...EXIT_REASONS, ...ERROR_CODES] as const;

import type { Job } from '../protocol/job';
import type { Language } from './schema';

/** A job asks for an option that its language does not allow. */
export class OptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OptionError';
  }
}

/**
 * Checks the options of a job against those that its language allows.
 *
 * @throws OptionError naming the field, the option and what is allowed
 */
export function checkOptions(
  { compileOptions, runOptions }: Pick<Job, 'compileOptions' | 'runOptions'>,
  { id, options = {} }: Pick<Language, 'id' | 'options'>,
): void {
  check('compileOptions', compileOptions, options.compile, id);
  check('runOptions', runOptions, options.run, id);
}

function check(field: string, asked: readonly string[] = [], allowed: readonly string[] = [], language: string): void {
  const refused = asked.find((option) => !allowed.some((pattern) => new RegExp(`^(?:${pattern})$`).test(option)));
  if (refused === undefined) return;
  const list = allowed.length > 0 ? `it allows ${allowed.join(', ')}` : 'it has none';
  throw new OptionError(`${field}: ${JSON.stringify(refused)} is no option of ${language}; ${list}`);
}

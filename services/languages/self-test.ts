import type { Language, LanguageVersion, Tests } from './schema';

type TestName = keyof Tests;

/** One self-test: a program, what it is given, and exactly what a run of it must show. */
export interface SelfTest {
  readonly name: TestName;
  readonly code: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** Standard input is sent once this stands on standard output, and the job is cancelled once all of it does. */
  readonly prompt?: string;
  readonly expect: {
    readonly reason: 'ok' | 'compileError' | 'cancelled';
    /** @default not checked */
    readonly exitCode?: number;
    /** @default no signal */
    readonly signal?: string;
    /** The whole of standard output. */
    readonly stdout?: string;
    readonly stdoutPattern?: RegExp;
    readonly stderrPattern?: RegExp;
  };
}

/**
 * The self-tests of a version: the same nine for each, but for those that its language says it cannot have.
 *
 * @param version @default - the first of the language
 */
export function selfTests(
  language: Pick<Language, 'tests' | 'versions'>,
  version: Pick<LanguageVersion, 'tests'> = language.versions[0]!,
): readonly SelfTest[] {
  const tests = { ...language.tests, ...version.tests };
  const prints = (
    name: 'hello' | 'stdin' | 'args' | 'exitCode' | 'utf8' | 'version' | 'live',
    stdout: string,
    given: Partial<SelfTest> = {},
  ): readonly SelfTest[] => {
    const code = tests[name];
    if (code === undefined) return [];
    return [{ name, code, stdin: '', args: [], expect: { reason: 'ok', exitCode: 0, stdout }, ...given }];
  };
  return [
    ...prints('hello', 'Hello, world!\n'),
    ...prints('stdin', 'Hello, Ada!\n', { stdin: 'Ada\n' }),
    ...prints('args', 'one\ntwo words\n', { args: ['one', 'two words'] }),
    ...prints('exitCode', '', { expect: { reason: 'ok', exitCode: 7, stdout: '' } }),
    ...failure('runtimeError', tests.runtimeError),
    ...failure('compileError', tests.compileError),
    ...prints('utf8', 'Žluťoučký kůň 🐎\n'),
    ...prints('version', '', { expect: { reason: 'ok', exitCode: 0, stdoutPattern: /\d/ } }),
    ...prints('live', '', {
      stdin: 'Ada\n',
      prompt: 'Name? ',
      expect: { reason: 'cancelled', stdout: 'Name? Hello, Ada!\n' },
    }),
  ];
}

function failure(name: 'runtimeError' | 'compileError', test: Tests['runtimeError']): readonly SelfTest[] {
  if (test === undefined) return [];
  return [
    {
      name,
      code: test.code,
      stdin: '',
      args: [],
      expect: {
        reason: test.reason ?? 'ok',
        exitCode: test.exitCode,
        signal: test.signal,
        stdoutPattern: test.stdout === undefined ? undefined : new RegExp(test.stdout),
        stderrPattern: test.stderr === undefined ? undefined : new RegExp(test.stderr),
      },
    },
  ];
}

/** First version number in a toolchain's own words, such as `3.11.2` in `Python 3.11.2`. */
export function versionNumber(text: string): string | undefined {
  return /\d+(?:\.\d+)*/.exec(text)?.[0];
}

/** Whether `actual` begins with all parts of `wanted`: `3.11.2` satisfies `3.11` and `3`, not `3.1`. */
export function satisfiesVersion(actual: string, wanted: string): boolean {
  return actual === wanted || actual.startsWith(`${wanted}.`);
}

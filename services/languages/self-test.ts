import type { Language } from './schema';

/** One self-test: a program, what it is given, and exactly what a run of it must show. */
export interface SelfTest {
  readonly name: keyof Language['tests'];
  readonly code: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** Standard input is sent when this has appeared on standard output, and the job is cancelled when the whole of it has. */
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

/** The self-tests of a language, the same nine for each that can have them. */
export function selfTests({ tests }: Language): readonly SelfTest[] {
  const prints = (name: SelfTest['name'], code: string, stdout: string, given: Partial<SelfTest> = {}): SelfTest => ({
    name,
    code,
    stdin: '',
    args: [],
    expect: { reason: 'ok', exitCode: 0, stdout },
    ...given,
  });
  return [
    prints('hello', tests.hello, 'Hello, world!\n'),
    prints('stdin', tests.stdin, 'Hello, Ada!\n', { stdin: 'Ada\n' }),
    prints('args', tests.args, 'one\ntwo words\n', { args: ['one', 'two words'] }),
    prints('exitCode', tests.exitCode, '', { expect: { reason: 'ok', exitCode: 7, stdout: '' } }),
    failure('runtimeError', tests.runtimeError),
    failure('compileError', tests.compileError),
    prints('utf8', tests.utf8, 'Žluťoučký kůň 🐎\n'),
    prints('version', tests.version, '', { expect: { reason: 'ok', exitCode: 0, stdoutPattern: /\d/ } }),
    ...(tests.live === undefined
      ? []
      : [
          prints('live', tests.live, '', {
            stdin: 'Ada\n',
            prompt: 'Name? ',
            expect: { reason: 'cancelled', stdout: 'Name? Hello, Ada!\n' },
          }),
        ]),
  ];
}

function failure(name: SelfTest['name'], test: Language['tests']['runtimeError']): SelfTest {
  return {
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
  };
}

/** First version number in a toolchain's own words, such as `3.11.2` in `Python 3.11.2`. */
export function versionNumber(text: string): string | undefined {
  return /\d+(?:\.\d+)*/.exec(text)?.[0];
}

/** Whether `actual` begins with all parts of `wanted`: `3.11.2` satisfies `3.11` and `3`, not `3.1`. */
export function satisfiesVersion(actual: string, wanted: string): boolean {
  return actual === wanted || actual.startsWith(`${wanted}.`);
}

import type { RunnerEvent } from '../protocol/events';
import type { SelfTest } from './self-test';
import { runJob } from '../sandbox/job';
import type { LanguageRuntime } from '../sandbox/language-runtime';
import type { SandboxPool } from '../sandbox/sandbox-pool';

/** Everything that a run of a self-test showed. */
export interface SelfTestRun {
  readonly reason: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one self-test as a job in a sandbox. */
export async function runSelfTest(
  test: SelfTest,
  language: string,
  runtime: LanguageRuntime,
  sandboxPool: SandboxPool,
): Promise<SelfTestRun> {
  const events: RunnerEvent[] = [];
  const { prompt } = test;
  const text = (type: 'stdout' | 'stderr') =>
    events.flatMap((event) => (event.type === type ? [event.data] : [])).join('');
  let isAnswered = false;
  const watch = (): void => {
    if (!isAnswered && text('stdout') === prompt) {
      isAnswered = true;
      void job.writeStdin(Buffer.from(test.stdin));
    }
    if (text('stdout') === test.expect.stdout) job.cancel();
  };
  const job = runJob({
    job: {
      language,
      files: [{ content: test.code }],
      args: [...test.args],
      ...(prompt === undefined ? { stdin: test.stdin } : { stdinOpen: true }),
    },
    runtime,
    sandboxPool,
    emit: (event) => {
      events.push(event);
      if (prompt !== undefined && event.type === 'stdout') watch();
    },
  });
  const { reason, exitCode, signal, message } = await job.ended;
  return { reason, exitCode, signal, stdout: text('stdout'), stderr: text('stderr') + (message ?? '') };
}

/** What of a run is not as the self-test expects; nothing when all is well. */
export function selfTestProblems(run: SelfTestRun, { expect }: SelfTest): readonly string[] {
  const problems: string[] = [];
  const compare = (what: string, actual: unknown, wanted: unknown) => {
    if (wanted !== undefined && actual !== wanted) {
      problems.push(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
    }
  };
  const match = (what: string, actual: string, pattern: RegExp | undefined) => {
    if (pattern && !pattern.test(actual))
      problems.push(`${what} is ${JSON.stringify(actual)}, which does not match ${pattern}`);
  };
  compare('reason', run.reason, expect.reason);
  compare('exit code', run.exitCode, expect.exitCode);
  compare('signal', run.signal, expect.signal);
  compare('standard output', run.stdout, expect.stdout);
  match('standard output', run.stdout, expect.stdoutPattern);
  match('standard error', run.stderr, expect.stderrPattern);
  if (problems.length > 0 && run.stderr !== '') problems.push(`standard error: ${run.stderr.slice(0, 500)}`);
  return problems;
}

import type { RunnerEvent } from '../../../services/protocol/events';
import type { SelfTest } from '../../../services/languages/self-test';
import { runJob } from '../../../services/runner/job';
import type { LanguageRuntime } from '../../../services/runner/language-runtime';
import type { SandboxSupply } from '../../../services/runner/supply';

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
  supply: SandboxSupply,
): Promise<SelfTestRun> {
  const events: RunnerEvent[] = [];
  const { ended } = runJob({
    job: { language, files: [{ content: test.code }], stdin: test.stdin, args: [...test.args] },
    runtime,
    supply,
    emit: (event) => events.push(event),
  });
  const { reason, exitCode, signal, message } = await ended;
  const text = (type: 'stdout' | 'stderr') =>
    events.flatMap((event) => (event.type === type ? [event.data] : [])).join('');
  return { reason, exitCode, signal, stdout: text('stdout'), stderr: text('stderr') + (message ?? '') };
}

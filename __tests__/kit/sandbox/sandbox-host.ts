import * as path from 'node:path';
import type { ExitEvent, RunnerEvent, UsageEvent } from '../../../services/protocol/events';
import { jobSchema, type Job } from '../../../services/protocol/job';
import { runJob, type RunningJob } from '../../../services/sandbox/job';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import { hostRootfs } from '../../../services/sandbox/host-rootfs';
import { openSandboxHost, type SandboxHost } from '../../../services/sandbox/host';
import { sandboxPrograms } from '../../../services/sandbox/programs';
import { crun, runsc, spawner, type Runtime, type RuntimeName } from '../../../services/sandbox/runtime';
import { createSandboxPool, type SandboxPool, type SandboxPoolProps } from '../../../services/sandbox/sandbox-pool';
import { runscProgram } from '../../../tools/provision/runsc';
import { findExecutable } from '../../../tools/provision/executable';
import { hasTool } from '../require-tool';
import { testRuntimes } from './runtimes';

/** Everything a test needs to run jobs under one runtime. */
export interface TestBench {
  readonly host: SandboxHost;
  readonly sandboxPool: SandboxPool;
  readonly languages: ReturnType<typeof testRuntimes>;
  close(): Promise<void>;
}

const projectDirectory = path.resolve(__dirname, '../../..');
export const runtimeNames: readonly RuntimeName[] = ['spawner', 'crun', 'runsc'];

/** Compiles the sandbox's programs when they are stale. */
export function testPrograms(): ReturnType<typeof sandboxPrograms> {
  return sandboxPrograms(path.join(projectDirectory, 'dist/bin/host'), path.join(projectDirectory, 'services/sandbox'));
}

/** Whether a runtime is on this machine. With CI=true its absence is an error of the test that asks. */
export function hasRuntime(name: RuntimeName): boolean {
  if (name === 'spawner') return true;
  return name === 'crun' ? hasTool('crun') : runscProgram() !== undefined;
}

export async function openTestBench(
  name: RuntimeName,
  poolProps: Partial<SandboxPoolProps> = { size: 0 },
): Promise<TestBench> {
  const host = await openSandboxHost({ runtime: testRuntime(name), programs: testPrograms() });
  const sandboxPool = createSandboxPool({ host, ...poolProps });
  return {
    host,
    sandboxPool,
    languages: testRuntimes(hostRootfs(path.join(host.stateDirectory, 'rootfs'))),
    close: async () => {
      await sandboxPool.close();
      await host.close();
    },
  };
}

function testRuntime(name: RuntimeName): Runtime {
  if (name === 'spawner') return spawner();
  const program = name === 'crun' ? findExecutable('crun') : runscProgram();
  if (program === undefined) throw new Error(`${name} is not on this machine: ./sandpiper test installs it`);
  return name === 'crun' ? crun(program) : runsc(program);
}

/** Does something once a job's standard output holds a text; never, if the job ends without it. */
export function whenPrinted(job: RunningJob, events: readonly RunnerEvent[], text: string, act: () => void): void {
  const timer = setInterval(() => {
    if (
      !events
        .map((event) => (event.type === 'stdout' ? event.data : ''))
        .join('')
        .includes(text)
    )
      return;
    clearInterval(timer);
    act();
  }, 5);
  void job.ended.then(() => clearInterval(timer));
}

/** What a job gave, gathered. */
export interface JobResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: ExitEvent;
  readonly usage: readonly UsageEvent[];
  readonly events: readonly RunnerEvent[];
}

export interface TestJob extends Partial<Omit<Job, 'language'>> {
  readonly code: string | Buffer;
  /** Is given the job as soon as it runs. */
  readonly meanwhile?: (job: RunningJob, events: readonly RunnerEvent[]) => void;
}

export async function runTestJob(
  bench: Pick<TestBench, 'sandboxPool'>,
  runtime: LanguageRuntime,
  test: TestJob,
): Promise<JobResult> {
  const { code, meanwhile, files = [], ...rest } = test;
  const first =
    typeof code === 'string' ? { content: code } : { content: code.toString('base64'), encoding: 'base64' as const };
  const job = jobSchema.parse({ files: [first, ...files], language: runtime.language, ...rest });
  const events: RunnerEvent[] = [];
  const running = runJob({ job, runtime, sandboxPool: bench.sandboxPool, emit: (event) => events.push(event) });
  meanwhile?.(running, events);
  const exit = await running.ended;
  const text = (type: 'stdout' | 'stderr'): string =>
    events.map((event) => (event.type === type ? event.data : '')).join('');
  return {
    stdout: text('stdout'),
    stderr: text('stderr'),
    exit,
    usage: events.filter((event): event is UsageEvent => event.type === 'usage'),
    events,
  };
}

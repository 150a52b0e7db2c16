import * as fs from 'node:fs';
import type { ExitEvent } from '../../../services/protocol/events';
import { processesWith } from './processes-with';
import { chooseSandboxHost, acceptedMissing, type RuntimeFinding } from '../../../services/sandbox/probe';
import { crun } from '../../../services/sandbox/runtime';
import { createSandboxPool } from '../../../services/sandbox/sandbox-pool';
import { hostRootfs } from '../../../services/sandbox/host-rootfs';
import { defaultLimits } from '../../../services/protocol/limits';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import { runTestJob, testPrograms, type TestJob } from '../sandbox/sandbox-host';
import { testRuntimes } from '../sandbox/runtimes';

/** What a host did with jobs that keep to their limits and jobs that do not. */
export interface SandboxReport {
  readonly layout: string;
  readonly finding: RuntimeFinding;
  readonly hello: JobReport;
  readonly memory: JobReport;
  readonly processes: JobReport;
  readonly cpu: JobReport;
  readonly timeout: JobReport;
  /** Processes of the job that ran out of time, right after its end. */
  readonly survivors: readonly string[];
  /** Cgroups of this runner after its end. */
  readonly groups: readonly string[];
}

export interface JobReport {
  readonly stdout: string;
  readonly exit: ExitEvent;
  readonly peakMemoryBytes?: number;
  readonly cpuMs?: number;
}

const MARKER = '86399';
/** An emulated machine is slow: an interpreter takes seconds to start. */
const PATIENT = { ...defaultLimits, run: { ...defaultLimits.run, wallMs: 60_000, cpuMs: 60_000 } };
/** More than an interpreter takes to start there. */
const CPU_MS = 3_000;
/** Makes processes until it is refused one. */
const FORKS = `import os, signal
made = []
try:
    while len(made) < 100:
        pid = os.fork()
        if pid == 0: signal.pause()
        made.append(pid)
except BlockingIOError:
    print(len(made))
for pid in made: os.kill(pid, signal.SIGKILL)
`;

/**
 * A program for machines that the tests boot: opens this host as a runner does, tries its limits, and prints a
 * {@link SandboxReport} as one line of JSON.
 */
async function main(): Promise<void> {
  const { host, finding } = await chooseSandboxHost({
    runtimes: [crun('/usr/bin/crun')],
    programs: testPrograms(),
    acceptMissing: acceptedMissing(),
    spareCells: 0,
  });
  const sandboxPool = createSandboxPool({ host, size: 0 });
  const runtimes = testRuntimes(hostRootfs(`${host.stateDirectory}/rootfs`));
  const [bash, python] = [runtimes.bash, runtimes.python].map((runtime) => ({ ...runtime, limits: PATIENT })) as [
    LanguageRuntime,
    LanguageRuntime,
  ];
  const run = async (language: LanguageRuntime, job: TestJob): Promise<JobReport> => {
    const { stdout, exit, usage } = await runTestJob({ sandboxPool }, language, job);
    const { peakMemoryBytes, cpuMs } = usage.at(-1) ?? {};
    return { stdout, exit, peakMemoryBytes, cpuMs };
  };
  const jobs = {
    hello: await run(python, { code: 'print("hello")' }),
    memory: await run(python, {
      code: 'print("filling", flush=True)\nheld = [b"x" * (1 << 20) for _ in range(1024)]\nprint("filled")',
      limits: { run: { memoryBytes: 64 << 20 } },
    }),
    processes: await run(python, {
      code: FORKS,
      limits: { run: { processes: 16 } },
    }),
    cpu: await run(bash, { code: 'echo spinning; while :; do :; done', limits: { run: { cpuMs: CPU_MS } } }),
    timeout: await run(bash, {
      code: `trap "" TERM; (setsid sleep ${MARKER} > /dev/null 2>&1 &); echo started; sleep ${MARKER}`,
      limits: { run: { wallMs: 8_000 } },
    }),
  };
  const survivors = processesWith(MARKER);
  await sandboxPool.close();
  await host.close();
  const groups = Object.values(host.cgroups.directories).flatMap((directory) =>
    fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()),
  );
  const report: SandboxReport = {
    layout: host.cgroups.layout,
    finding,
    ...jobs,
    survivors,
    groups: groups.map(({ name }) => name),
  };
  console.log(JSON.stringify(report));
}

main().catch((error: unknown) => {
  console.log(JSON.stringify({ error: String(error) }));
  process.exitCode = 1;
});

import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SPARE_CELLS } from '../../../services/sandbox/host';
import { stateRoot } from '../../../services/sandbox/state-directory';
import { findCgroups } from '../../../services/sandbox/cgroup';
import { requireTool } from '../../kit/require-tool';
import { hasRuntime, openTestBench, runTestJob, runtimeNames, type TestBench } from '../../kit/sandbox/sandbox-host';

const JOBS = { spawner: 2_000, crun: 600, runsc: 280 } as const;
const AT_ONCE = 4;

/** Sandboxes that wait. */
const WAITING = 3;

/** The spawner needs none. */
const waitingBundles = ({ host }: TestBench): number => (host.runtime.name === 'spawner' ? 0 : WAITING);

function bundlesOf({ host }: TestBench): number {
  const directory = path.join(host.stateDirectory, 'bundles');
  return fs.existsSync(directory) ? fs.readdirSync(directory).length : 0;
}

/** What this process and its sandboxes hold of the host. */
function held(bench: TestBench) {
  const own = bench.host.stateDirectory.split('/').pop()!;
  const hierarchies = [...new Set(Object.values(findCgroups().directories))];
  const groups = hierarchies.map(
    (directory) => fs.readdirSync(directory).filter((name) => name.startsWith(own)).length,
  );
  return {
    cgroups: groups,
    bundles: bundlesOf(bench),
    descriptors: fs.readdirSync('/proc/self/fd').length,
    // Of all of this machine's, those of other programs come and go meanwhile.
    mounts: fs
      .readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(own)).length,
  };
}

/** What is held once only those that wait are there: they come and go for a moment after the last job. */
async function heldAtRest(bench: TestBench): Promise<ReturnType<typeof held>> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    await bench.sandboxPool.settled();
    const now = held(bench);
    const isAtRest =
      now.bundles === waitingBundles(bench) && now.cgroups.every((groups) => groups === WAITING + SPARE_CELLS);
    if (isAtRest || Date.now() > deadline) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function processesOf(marker: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(marker);
    } catch {
      return false;
    }
  });
}

describe.each(runtimeNames)('a runner with %s', (name) => {
  if (!requireTool(['root', 'python3']) || (!hasRuntime(name) && !requireTool(name))) return;

  it(`leaves nothing behind after ${JOBS[name]} mixed jobs`, async () => {
    const bench = await openTestBench(name, { size: WAITING });
    const { bash, python } = bench.languages;
    const hasty = { run: { wallMs: 60 } };
    const kinds = [
      () => runTestJob(bench, bash, { code: 'echo $((6 * 7))' }).then(({ stdout }) => expect(stdout).toBe('42\n')),
      () =>
        runTestJob(bench, bash, { code: 'cat; exit 3', stdin: 'x' }).then(({ exit }) => expect(exit.exitCode).toBe(3)),
      () =>
        runTestJob(bench, bash, { code: '(setsid sleep 100 &); kill -9 $$' }).then(({ exit }) =>
          expect(exit.signal).toBe('SIGKILL'),
        ),
      () =>
        runTestJob(bench, bash, { code: 'sleep 10', limits: hasty }).then(({ exit }) =>
          expect(exit.reason).toBe('timeout'),
        ),
      () =>
        runTestJob(bench, bash, { code: 'sleep 10', meanwhile: (job) => job.cancel() }).then(({ exit }) =>
          expect(exit.reason).toBe('cancelled'),
        ),
      () =>
        runTestJob(bench, bash, { code: 'yes', limits: { run: { outputBytes: 1000 } } }).then(({ exit }) =>
          expect(exit.reason).toBe('outputLimit'),
        ),
      () => runTestJob(bench, python, { code: 'print(6 * 7)' }).then(({ stdout }) => expect(stdout).toBe('42\n')),
    ];
    const run = async (count: number): Promise<void> => {
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < count) await kinds[next++ % kinds.length]!();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await bench.sandboxPool.settled();
    };
    try {
      await run(JOBS[name] / 10);
      const before = await heldAtRest(bench);
      const memoryBefore = process.memoryUsage().rss;
      await run((JOBS[name] * 9) / 10);
      const after = await heldAtRest(bench);
      expect(before.bundles).toBe(waitingBundles(bench));
      for (const groups of before.cgroups) expect(groups).toBe(WAITING + SPARE_CELLS);
      expect(after).toEqual(before);
      expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(100 << 20);
    } finally {
      await bench.close();
    }
    const own = bench.host.stateDirectory;
    expect(fs.existsSync(own)).toBe(false);
    expect(processesOf(path.basename(own))).toEqual([]);
    for (const directory of Object.values(findCgroups().directories)) {
      expect(fs.readdirSync(directory).filter((entry) => entry.startsWith(path.basename(own)))).toEqual([]);
    }
  }, 400_000);

  it('that was killed leaves no process, and what else it left is swept by the next', async () => {
    const script = path.join(__dirname, '../../kit/sandbox/doomed-runner.ts');
    const { buildSync } = require('esbuild') as typeof import('esbuild');
    const outfile = path.join(stateRoot(), `doomed-${process.pid}.js`);
    fs.mkdirSync(stateRoot(), { recursive: true, mode: 0o711 });
    buildSync({
      entryPoints: [script],
      bundle: true,
      platform: 'node',
      outfile,
      define: { __dirname: JSON.stringify(path.dirname(script)) },
    });
    const child = spawn(process.execPath, [outfile, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    const directory = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.once('close', () => reject(new Error('the doomed runner ended early')));
    });
    const runner = path.basename(directory);
    expect(processesOf(runner).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(fs.existsSync(directory)).toBe(true);

    const next = await openTestBench(name);
    try {
      expect(fs.existsSync(directory)).toBe(false);
      expect(processesOf(runner)).toEqual([]);
      for (const parent of Object.values(findCgroups().directories)) {
        expect(fs.readdirSync(parent).filter((entry) => entry.startsWith(runner))).toEqual([]);
      }
      const { stdout } = await runTestJob(next, next.languages.bash, { code: 'echo well' });
      expect(stdout).toBe('well\n');
    } finally {
      await next.close();
      fs.rmSync(outfile, { force: true });
    }
  }, 60_000);
});

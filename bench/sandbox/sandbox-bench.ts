import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { runscProgram } from '../../tools/provision/runsc';
import { findExecutable } from '../../tools/provision/executable';
import { defaultLimits } from '../../services/protocol/limits';
import { runJob } from '../../services/sandbox/job';
import type { LanguageRuntime } from '../../services/sandbox/language-runtime';
import { findCgroups } from '../../services/sandbox/cgroup';
import { openSandboxHost } from '../../services/sandbox/host';
import { hostRootfs } from '../../services/sandbox/host-rootfs';
import { sandboxPrograms } from '../../services/sandbox/programs';
import { crun, runsc, type Runtime } from '../../services/sandbox/runtime';
import { createSandboxPool, type SandboxPool } from '../../services/sandbox/sandbox-pool';
import { bareRun, type Sample } from '../bare-run';
import { quantile } from '../quantile';

/** A line of the table of issue 4. */
export interface Result {
  readonly what: string;
  readonly goal: string;
  readonly bare: number;
  readonly sandbox: number;
  readonly ratio: number;
  readonly isMet: boolean;
}

const programs: Record<
  'python' | 'node' | 'java',
  { readonly file: string; readonly code: string; readonly argv: readonly string[] }
> = {
  python: { file: 'main.py', code: "print('hello')\n", argv: ['/usr/bin/python3'] },
  node: { file: 'main.js', code: "console.log('hello');\n", argv: [findExecutable('node') ?? 'node'] },
  java: {
    file: 'Main.java',
    code: 'class Main { public static void main(String[] args) { System.out.println("hello"); } }\n',
    argv: [findExecutable('java') ?? 'java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  },
};
type Kind = keyof typeof programs;
/** How a job gets its sandbox: made at once, waiting, or waiting with the interpreter loaded. */
type How = 'cold' | 'warm' | 'prestart';

function runtimeOf(kind: Kind, rootfs: LanguageRuntime['rootfs']): LanguageRuntime {
  const { file, argv } = programs[kind];
  const run = { ...defaultLimits.run, memoryBytes: 512 << 20, processes: 128 };
  const limits = { ...defaultLimits, run };
  const files = kind === 'java' ? ['/.sandbox/Launch.java', '{sources}', '--'] : ['{source}'];
  return { language: kind, version: '0', rootfs, sourceFile: file, run: [...argv, ...files], prestart: kind, limits };
}

function bare(kind: Kind, directory: string): Promise<Sample> {
  const { file, argv } = programs[kind];
  return bareRun([...argv, file], directory);
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Measures everything with one runtime. Bare runs and sandboxed ones take turns, so that the machine's moods meet both. */
async function measure(runtime: Runtime, directory: string, results: Result[]): Promise<void> {
  const root = path.resolve(__dirname, '../../..');
  const project = fs.existsSync(path.join(root, 'services/sandbox/init')) ? root : path.resolve(__dirname, '../..');
  const host = await openSandboxHost({
    runtime,
    programs: sandboxPrograms(path.join(project, 'dist/bin/host'), path.join(project, 'services/sandbox')),
  });
  const rootfs = hostRootfs(path.join(host.stateDirectory, 'rootfs'));
  // One for each line of the table: what earlier lines asked for would else still be made ready.
  const openSandboxPool = (how: How): SandboxPool =>
    createSandboxPool({ host, size: how === 'cold' ? 0 : 2, prestart: how === 'prestart' });
  const job = (kind: Kind, sandboxPool: SandboxPool): Promise<Sample> => {
    const started = performance.now();
    let firstByte: number | undefined;
    const running = runJob({
      job: { files: [{ content: programs[kind].code }], language: kind },
      runtime: runtimeOf(kind, rootfs),
      sandboxPool,
      emit: (event) => {
        if (event.type === 'stdout') firstByte ??= performance.now() - started;
      },
    });
    return running.ended.then((exit) => {
      if (exit.reason !== 'ok' || exit.exitCode !== 0) throw new Error(JSON.stringify(exit));
      return { firstByte: firstByte!, exit: performance.now() - started };
    });
  };
  const compare = async (kind: Kind, how: How, part: keyof Sample, goal: number, runs: number) => {
    const samples: { bare: number[]; sandbox: number[] } = { bare: [], sandbox: [] };
    const sandboxPool = openSandboxPool(how);
    if (how !== 'cold') await sandboxPool.warm([runtimeOf(kind, rootfs)]);
    for (let i = 0; i < runs; i++) {
      samples.bare.push((await bare(kind, directory))[part]);
      // What waits has had time to load, as between two jobs of a page.
      await pause(kind === 'java' ? 4000 : runtime.name === 'runsc' ? 400 : 120);
      samples.sandbox.push((await job(kind, sandboxPool))[part]);
      await sandboxPool.settled();
    }
    await sandboxPool.close();
    const [b, s] = [median(samples.bare), median(samples.sandbox)];
    const name = part === 'firstByte' ? 'first byte' : 'exit';
    results.push({
      what: `${kind} hello, ${how}, ${runtime.name}: ${name}`,
      goal: `<= ${goal}x bare`,
      bare: b,
      sandbox: s,
      ratio: s / b,
      isMet: s <= goal * b,
    });
  };

  if (runtime.name === 'crun') {
    await compare('python', 'warm', 'firstByte', 1.1, 25);
    await compare('python', 'cold', 'exit', 2.5, 25);
    await compare('python', 'prestart', 'firstByte', 1, 15);
    await compare('node', 'prestart', 'exit', 0.7, 15);
    await compare('java', 'prestart', 'exit', 0.7, 6);
    const sandboxPool = openSandboxPool('prestart');
    results.push(await throughput((kind) => job(kind, sandboxPool), directory));
    await sandboxPool.close();
    const memory = process.memoryUsage().rss;
    results.push({
      what: 'runner memory beside the sandboxes (MB)',
      goal: '<= 120 MB',
      bare: 120,
      sandbox: memory / 1e6,
      ratio: memory / 120e6,
      isMet: memory <= 120e6,
    });
  } else {
    await compare('python', 'warm', 'firstByte', 4, 15);
    await compare('python', 'prestart', 'firstByte', 1, 15);
  }
  await host.close();
}

/** Jobs a second with one job a processor at a time, against as many bare spawns at a time. */
async function throughput(job: (kind: Kind) => Promise<Sample>, directory: string): Promise<Result> {
  const rate = async (run: () => Promise<unknown>, count: number): Promise<number> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next++ < count) await run();
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
    return (count * 1000) / (performance.now() - started);
  };
  const rates = { bare: [] as number[], sandbox: [] as number[] };
  for (let i = 0; i < 5; i++) {
    rates.bare.push(await rate(() => bare('python', directory), 60));
    rates.sandbox.push(await rate(() => job('python'), 60));
  }
  const [b, s] = [median(rates.bare), median(rates.sandbox)];
  return {
    what: 'throughput of python hello, crun (jobs/s)',
    goal: '>= 0.7x bare',
    bare: b,
    sandbox: s,
    ratio: s / b,
    isMet: s >= 0.7 * b,
  };
}

/**
 * Puts this process beside the sandboxes, in the cgroup that they share: on a busy machine bare runs would else weigh less
 * than sandboxes do. @returns what undoes it
 */
function weighAsASandbox(): () => void {
  const parent = findCgroups().directories.cpu;
  if (parent === undefined) return () => undefined;
  const group = path.join(parent, `bench-${process.pid}`);
  fs.mkdirSync(group);
  fs.writeFileSync(path.join(group, 'cgroup.procs'), String(process.pid));
  return () => {
    fs.writeFileSync(path.join(parent, 'cgroup.procs'), String(process.pid));
    fs.rmdirSync(group);
  };
}

async function main(): Promise<void> {
  const undo = weighAsASandbox();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-bench-'));
  for (const { file, code } of Object.values(programs)) fs.writeFileSync(path.join(directory, file), code);
  const results: Result[] = [];
  const only = process.argv[2];
  const [crunFile, runscFile] = [findExecutable('crun'), runscProgram()];
  if (crunFile && only !== 'runsc') await measure(crun(crunFile), directory, results);
  if (runscFile && only !== 'crun') await measure(runsc(runscFile), directory, results);
  fs.rmSync(directory, { recursive: true, force: true });
  undo();
  const cell = (value: number): string => value.toFixed(1).padStart(8);
  console.log(`${'what'.padEnd(52)} ${'bare'.padStart(8)} ${'sandbox'.padStart(8)}   ratio  goal`);
  for (const { what, goal, bare: b, sandbox, ratio, isMet } of results) {
    console.log(
      `${what.padEnd(52)} ${cell(b)} ${cell(sandbox)} ${ratio.toFixed(2).padStart(7)}  ${goal}${isMet ? '' : '  MISSED'}`,
    );
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}

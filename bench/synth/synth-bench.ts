/**
 * Time and peak memory of synthesizing one stack, both, and the same with index imports of the provider packages; then what
 * `cdktf synth` adds. The variants take turns, so that noise meets all alike; each figure is a median.
 *
 *   node bench/run.js synth [rounds]
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { projectDirectory } from '../../tools/provision/project';
import { formatTable } from '../../tools/table';

interface Variant {
  readonly name: string;
  readonly cloud: 'aws' | 'gcp' | undefined;
  readonly args: readonly string[];
  /** Issue 3, section 7. */
  readonly goal?: { readonly seconds: number; readonly mebibytes: number };
}

interface Sample {
  readonly seconds: number;
  /** Of the processor: tells what a machine busy with other work would take alone. */
  readonly cpuSeconds: number;
  readonly mebibytes: number;
}

const APP = 'cli/app.js';
const PRELOADS = path.join(projectDirectory, 'dist/bench/synth');
const PEAK = ['-r', path.join(PRELOADS, 'note-usage.js')];
const INDEX_IMPORTS = ['-r', path.join(PRELOADS, 'index-imports.js')];
const ONE = { seconds: 0.7, mebibytes: 150 };
const BOTH = { seconds: 1.2, mebibytes: 220 };

const VARIANTS: readonly Variant[] = [
  { name: 'aws-stack', cloud: 'aws', args: [...PEAK, APP], goal: ONE },
  { name: 'gcp-stack', cloud: 'gcp', args: [...PEAK, APP], goal: ONE },
  { name: 'both stacks', cloud: undefined, args: [...PEAK, APP], goal: BOTH },
  { name: 'aws-stack, a file per module', cloud: 'aws', args: [...PEAK, 'dist/main.js'] },
  { name: 'aws-stack, index imports', cloud: 'aws', args: [...PEAK, ...INDEX_IMPORTS, 'dist/main.js'] },
];
const CDKTF: Variant = {
  name: 'cdktf synth, aws-stack',
  cloud: 'aws',
  args: [...PEAK, 'node_modules/cdktf-cli/bundle/bin/cdktf', 'synth'],
};

function main(rounds: number): void {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-synth-'));
  const variants = [...VARIANTS, CDKTF];
  measure(VARIANTS[0]!, scratch);
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of variants) samples.get(variant)?.push(measure(variant, scratch));
  }
  fs.rmSync(scratch, { recursive: true });

  const medians = new Map(variants.map((variant) => [variant, medianOf(samples.get(variant) ?? [])]));
  const rows = variants.map((variant) => {
    const { seconds, cpuSeconds, mebibytes } = medians.get(variant)!;
    const goal = variant.goal === undefined ? '' : `${variant.goal.seconds} s, ${variant.goal.mebibytes} MB`;
    return [seconds.toFixed(2), cpuSeconds.toFixed(2), mebibytes.toFixed(0), goal, variant.name];
  });
  console.log(formatTable(['seconds', 'CPU s', 'peak MB', 'goal', 'what'], rows));
  const overhead = medians.get(CDKTF)!.seconds - medians.get(VARIANTS[0]!)!.seconds;
  console.log(
    `\ncdktf synth adds ${overhead.toFixed(2)} s (goal: 5 s). Node.js ${process.versions.node}, ${rounds} rounds.`,
  );
}

function measure({ name, cloud, args }: Variant, scratch: string): Sample {
  const usageFile = path.join(scratch, 'usage');
  const started = process.hrtime.bigint();
  const run = spawnSync(process.execPath, args, {
    cwd: projectDirectory,
    encoding: 'utf8',
    env: {
      ...process.env,
      CLOUD: cloud,
      CDKTF_OUTDIR: path.join(scratch, 'out'),
      CHECKPOINT_DISABLE: '1',
      SANDPIPER_USAGE_FILE: usageFile,
    },
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (run.status !== 0) throw new Error(`${name} ended with ${run.status}\n${run.stderr}`);
  const usage = JSON.parse(fs.readFileSync(usageFile, 'utf8')) as NodeJS.ResourceUsage;
  const cpuSeconds = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { seconds, cpuSeconds, mebibytes: usage.maxRSS / 1024 };
}

function medianOf(samples: readonly Sample[]): Sample {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  return {
    seconds: median(samples.map((each) => each.seconds)),
    cpuSeconds: median(samples.map((each) => each.cpuSeconds)),
    mebibytes: median(samples.map((each) => each.mebibytes)),
  };
}

main(Number(process.argv[2] ?? 5));

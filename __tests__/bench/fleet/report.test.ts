import * as fs from 'node:fs';
import * as path from 'node:path';
import { contendersOf, lawOf, rivals } from '../../../bench/fleet/contenders';
import { burden, meetsGoal } from '../../../bench/fleet/goals';
import { outcomeOf, type Outcome } from '../../../bench/fleet/outcome';
import { readPlan } from '../../../bench/fleet/plan';
import { plannedFleet } from '../../../bench/fleet/planned-fleet';
import { plot } from '../../../bench/fleet/plot';
import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { traceSection } from '../../../bench/fleet/trace-report';
import { traces } from '../../../bench/fleet/traces';
import { AWS_SCALING_DEFAULTS } from '../../../modules/aws/sandbox-fleet/defaults';
import { GCP_SCALING_DEFAULTS } from '../../../modules/gcp/sandbox-fleet/defaults';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () => jest.requireActual<object>('../../kit/playground/artifact-manifest.json'),
}));

import { AwsStack } from '../../../stacks/aws-stack';
import { GcpStack } from '../../../stacks/gcp-stack';

const SCALING_DEFAULTS = { aws: AWS_SCALING_DEFAULTS, gcp: GCP_SCALING_DEFAULTS };

/** A day of simulated jobs takes seconds, more on a busy machine. */
jest.setTimeout(120_000);

const docs = path.resolve(__dirname, '../../../docs');
const text = fs.readFileSync(path.join(docs, 'scaling.md'), 'utf8');
const planned = [AwsStack, GcpStack].map((Stack) => plannedFleet(readPlan('stack', synthesizedStack('stack', Stack))));
const contenders = contendersOf(planned);
/** A trace and what each contender makes of it, the oracle first. Made once. */
const replay = memoized((name: string) => {
  const trace = traces[name]!();
  return { trace, outcomes: contenders.map((contender) => outcomeOf(contender, trace)) };
});
const day = memoized(() => {
  const trace = traces.diurnal!();
  return { trace, oracle: outcomeOf(contenders[0]!, trace) };
});
const outcomesOn = (name: string): readonly Outcome[] => replay(name).outcomes;
const of = (all: readonly Outcome[], name: string): Outcome => all.find((outcome) => outcome.name === name)!;

// Herd and diurnal take the longest by far; of the latter the goal is checked below.
describe.each(['steady', 'burst', 'heavy tail', 'sparse'])('docs/scaling.md on %s', (name) => {
  it('is what `node bench/run.js fleet` writes', () => {
    const { trace, outcomes } = replay(name);
    const { text: section, picture } = traceSection(trace, outcomes);
    expect(text).toContain(section);
    expect(fs.readFileSync(path.join(docs, 'scaling', picture), 'utf8')).toBe(plot(trace, outcomes));
  });
});

describe.each(planned)('the law on $cloud, with the module’s defaults', (fleet) => {
  const { name } = lawOf(fleet);

  it('waits at most twice as long as the oracle on the burst, and costs at most 1.2 times as much', () => {
    expect(meetsGoal(of(outcomesOn('burst'), name), outcomesOn('burst')[0]!)).toBe(true);
  });

  it('does so on a day', () => {
    const { trace, oracle } = day('');
    expect(meetsGoal(outcomeOf(lawOf(fleet), trace), oracle)).toBe(true);
  });

  it.each([1, 2, 3])('does so on another burst: seed %i', (seed) => {
    const trace = traces.burst!(seed);
    expect(meetsGoal(outcomeOf(lawOf(fleet), trace), outcomeOf(contenders[0]!, trace))).toBe(true);
  });

  it.each(['steady', 'burst', 'heavy tail'])('is less of a burden than what others do: %s', (trace) => {
    const all = outcomesOn(trace);
    for (const other of rivals) expect(burden(of(all, name))).toBeLessThan(burden(of(all, other.name)));
  });

  it('is no more of a burden where one job comes each 20 minutes', () => {
    const all = outcomesOn('sparse');
    for (const other of rivals) expect(burden(of(all, name))).toBeCloseTo(burden(of(all, other.name)), 1);
  });

  it('is the best of the sweep that meets the goal', () => {
    const heading = `### On ${fleet.cloud.toUpperCase()}\n`;
    const section = text.slice(text.indexOf(heading), text.indexOf('\n###', text.indexOf(heading) + 1));
    const rows = [
      ...section.matchAll(/^\| (\d+) % busy, (\d+) s to clear \| ([\d.]+) \| .* \| (yes|no) \| ([\d.]+) \|$/gm),
    ];
    expect(rows).toHaveLength(15);
    const scores = rows.map(([, , , , , score]) => Number(score));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const [, utilizationPercent, clearSeconds] = rows.find(([, , , , goal]) => goal === 'yes')!.map(Number);
    expect(SCALING_DEFAULTS[fleet.cloud]).toMatchObject({ utilizationPercent, clearSeconds });
    // The table is of this simulator and these stacks.
    const { trace: burst } = replay('burst');
    for (const [, busy, clear, p95] of rows) {
      const law = { ...fleet.law, utilizationPercent: Number(busy), clearSeconds: Number(clear) };
      expect(outcomeOf(lawOf({ ...fleet, law }), burst).p95.toFixed(1)).toBe(p95);
    }
  });
});

it('says of every trace and rival how the law compares', () => {
  const rows = [...text.matchAll(/^\| (.+), law on (AWS|GCP) \| ([\d.]+) \| (.+) \| ([\d.]+) \| (.+) \|$/gm)];
  expect(rows.map(([, trace, cloud]) => `${trace} ${cloud}`)).toEqual(
    Object.keys(traces).flatMap((trace) => ['AWS', 'GCP'].map((cloud) => `${trace} ${cloud}`)),
  );
  for (const [, trace, , step, , compilerExplorer] of rows) {
    const least = Math.min(Number(step), Number(compilerExplorer));
    if (trace === 'sparse') expect(least).toBe(1);
    else expect(least).toBeGreaterThan(1);
  }
});

function memoized<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

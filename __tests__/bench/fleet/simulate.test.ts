import { contendersOf } from '../../../bench/fleet/contenders';
import type { FleetProps } from '../../../bench/fleet/fleet';
import type { Policy } from '../../../bench/fleet/policy';
import { readPlan } from '../../../bench/fleet/plan';
import { plannedFleet } from '../../../bench/fleet/planned-fleet';
import { exponential } from '../../../bench/fleet/random';
import { simulate } from '../../../bench/fleet/simulate';
import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { poissonTrace, type Trace } from '../../../bench/fleet/traces';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () => jest.requireActual<object>('../../kit/playground/artifact-manifest.json'),
}));

import { AwsStack } from '../../../stacks/aws-stack';
import { GcpStack } from '../../../stacks/gcp-stack';

const contenders = contendersOf(
  [AwsStack, GcpStack].map((Stack) => plannedFleet(readPlan('stack', synthesizedStack('stack', Stack)))),
);

const MEAN_SECONDS = 3;
const fixed = (instances: number): Policy => ({ intervalSeconds: 3600, decide: () => instances });

function fleetOf(instances: number, props: Partial<FleetProps> = {}): FleetProps {
  return {
    slots: 4,
    bootSeconds: 60,
    minimum: 0,
    maximum: 100,
    initial: instances,
    scaleIn: 'protected',
    drainSeconds: 10,
    ...props,
  };
}

/** Arrivals and times without memory: the M and M of M/M/c. */
function memoryless(rate: number, horizonSeconds: number, seed = 7): Trace {
  const duration = (random: () => number): number => exponential(random, MEAN_SECONDS);
  return poissonTrace(
    { name: 'memoryless', summary: '', horizonSeconds, peakRate: rate, rate: () => rate, duration },
    seed,
  );
}

/** Erlang's C formula: the mean wait of M/M/c. */
function erlangWait(rate: number, servers: number): number {
  const load = rate * MEAN_SECONDS;
  let term = 1;
  let sum = 1;
  for (let busy = 1; busy < servers; busy++) {
    term *= load / busy;
    sum += term;
  }
  const waiting = ((term * load) / servers) * (servers / (servers - load));
  return ((waiting / (sum + waiting)) * MEAN_SECONDS) / (servers - load);
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('a simulated fleet', () => {
  it.each([0.5, 0.7, 0.8])('of fixed size waits as Erlang says at a load of %d', (load) => {
    const rate = (8 * load) / MEAN_SECONDS;
    const waits = [1, 2, 3, 4].map((seed) =>
      mean(simulate(memoryless(rate, 40_000, seed), fleetOf(2), fixed(2)).waits),
    );
    expect(mean(waits) / erlangWait(rate, 8)).toBeGreaterThan(0.92);
    expect(mean(waits) / erlangWait(rate, 8)).toBeLessThan(1.08);
  });

  it('keeps Little’s law: jobs there = arrivals a second x time that each is there', () => {
    const trace = memoryless(2.2, 40_000);
    const { times, samples } = simulate(trace, fleetOf(2), fixed(2));
    const there = mean(samples.map(({ waiting, inFlight }) => waiting + inFlight));
    expect(there / ((trace.arrivals.length / trace.horizonSeconds) * mean(times))).toBeCloseTo(1, 1);
  });

  it('gives the same result for the same seed, and another for another', () => {
    const trace = memoryless(2, 2000);
    const run = (seed: number) =>
      simulate(trace, fleetOf(2, { spotLossesPerHour: 2, spotNoticeSeconds: 1 }), fixed(2), seed);
    expect(run(3)).toEqual(run(3));
    expect(run(3).instanceHours).not.toBe(run(4).instanceHours);
  });

  it.each(['protected', 'drained'] as const)('ends every job once, whatever becomes of its %s instances', (scaleIn) => {
    const trace = memoryless(4, 20_000);
    const props = { scaleIn, crashesPerHour: 4, leaseSeconds: 30, spotLossesPerHour: 4, spotNoticeSeconds: 1 };
    let turn = 0;
    const restless: Policy = { intervalSeconds: 60, decide: () => [2, 9, 5][turn++ % 3]! };
    const { times, redone, lost } = simulate(trace, fleetOf(4, { ...props, drainSeconds: 2 }), restless);
    expect(lost).toBe(0);
    expect(times.every((time, job) => time >= trace.durations[job]! - 1e-6)).toBe(true);
    expect(redone).toBeGreaterThan(0);
  });

  it('takes a protected instance only when it runs nothing, so that no job is run twice', () => {
    let turn = 0;
    const restless: Policy = { intervalSeconds: 60, decide: () => [2, 9][turn++ % 2]! };
    expect(simulate(memoryless(4, 5000), fleetOf(4), restless).redone).toBe(0);
  });

  it('charges instances from their launch on', () => {
    const nothing: Trace = { ...memoryless(1, 1), arrivals: new Float64Array(), durations: new Float64Array() };
    const { instanceHours } = simulate({ ...nothing, horizonSeconds: 7200 }, fleetOf(0), fixed(3));
    expect(instanceHours).toBeCloseTo(6);
  });

  it('keeps what is no spot machine: it is neither lost nor picked to leave', () => {
    let turn = 0;
    const restless: Policy = { intervalSeconds: 60, decide: () => [0, 9][turn++ % 2]! };
    const props: Partial<FleetProps> = { onDemand: 2, scaleIn: 'drained', spotLossesPerHour: 60, spotNoticeSeconds: 1 };
    const { samples } = simulate(memoryless(1, 5000), fleetOf(2, props), restless);
    expect(Math.min(...samples.map(({ instances }) => instances))).toBe(2);
  });

  it('says how many jobs a fleet never came to', () => {
    const { lost } = simulate(memoryless(1, 1000), fleetOf(0, { maximum: 0 }), fixed(1));
    expect(lost).toBeGreaterThan(900);
  });

  it.each(contenders)('sized by $name follows a load that grows tenfold, and shrinks after it', (contender) => {
    const rate = (at: number): number => (at > 1000 && at < 3000 ? 20 : 2);
    const trace = poissonTrace({ name: 'step', summary: '', horizonSeconds: 9000, peakRate: 20, rate }, 5);
    const { samples, lost, peakInstances } = simulate(trace, { ...contender.fleet, initial: 2 }, contender.policy());
    expect(lost).toBe(0);
    expect(peakInstances).toBeGreaterThanOrEqual(12);
    expect(samples.at(-1)!.instances).toBeLessThan(peakInstances / 2);
  });
});

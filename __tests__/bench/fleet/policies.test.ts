import { MetricHistory } from '../../../bench/fleet/history';
import { parseMetricMath } from '../../../bench/fleet/metric-math';
import type { Observation, Policy } from '../../../bench/fleet/policy';
import { gcpAutoscaler } from '../../../bench/fleet/policies/gcp-autoscaler';
import { stepScaling } from '../../../bench/fleet/policies/step-scaling';
import { targetTracking } from '../../../bench/fleet/policies/target-tracking';

const seen = (waiting: number, instances = 2): Observation => ({
  at: 0,
  waiting,
  inFlight: 0,
  inService: instances,
  capacity: instances,
  desired: instances,
});

/** When a policy first wants something else than there is, asked from 0 on about the same backlog. */
function firstChange(policy: Policy, observation: Observation): readonly [number, number] | undefined {
  for (let now = 0; now <= 7200; now += policy.intervalSeconds) {
    const wish = policy.decide(now, observation);
    if (wish !== observation.desired) return [now, wish];
  }
  return undefined;
}

describe('a metric', () => {
  it('is seen a period and a delay after it was measured', () => {
    const history = new MetricHistory(60, 60);
    for (const [at, value] of [
      [0, 1],
      [60, 2],
      [120, 3],
    ] as const)
      history.record(at, value);
    expect(history.last(119, 5)).toEqual([]);
    expect(history.last(120, 5)).toEqual([1]);
    expect(history.last(240, 2)).toEqual([2, 3]);
  });
});

describe('metric math', () => {
  it.each([
    ['IF(instances > 0, (waiting + running) / instances, waiting + running)', 4],
    ['1 + 2 * 3 - 8 / 4', 5],
    ['IF(FILL(instances, 0) == 0, 1, running)', 2],
  ])('%s', (text, expected) => {
    expect(parseMetricMath(text)({ instances: 3, waiting: 10, running: 2 })).toBe(expected);
  });

  it.each(['METRICS()', 'waiting +', '(waiting', 'waiting waiting', 'nobody', 'waiting & 1'])(
    'refuses what it does not know: %s',
    (text) => expect(() => parseMetricMath(text)({ waiting: 1 })).toThrow(/metric math/),
  );
});

describe('target tracking', () => {
  const policy = (periodSeconds: number): Policy =>
    targetTracking({
      expression: 'backlog / instances',
      metrics: { backlog: ({ waiting }) => waiting, instances: ({ inService }) => inService },
      targetValue: 5,
      periodSeconds,
      delaySeconds: periodSeconds,
      warmupSeconds: 60,
    });

  it('adds what the backlog needs after three periods above the target', () => {
    expect(firstChange(policy(60), seen(100))).toEqual([240, 20]);
    expect(firstChange(policy(10), seen(100))).toEqual([40, 20]);
  });

  it('takes away after fifteen periods, and not while the metric is near its target', () => {
    expect(firstChange(policy(60), seen(20, 10))).toEqual([16 * 60, 4]);
    expect(firstChange(policy(60), seen(46, 10))).toBeUndefined();
  });
});

describe('step scaling', () => {
  it('adds by how far the metric is over its threshold, and counts what warms up', () => {
    const policy = stepScaling({
      metric: ({ waiting }) => waiting,
      periodSeconds: 60,
      delaySeconds: 60,
      datapoints: 1,
      steps: [
        { lower: 100, change: 1 },
        { lower: 500, change: 5 },
      ],
      warmupSeconds: 300,
    });
    policy.decide(0, seen(100));
    policy.decide(60, seen(600));
    expect(policy.decide(120, seen(600))).toBe(3);
    expect(policy.decide(180, seen(600, 3))).toBe(7);
    expect(policy.decide(240, seen(600, 7))).toBe(7);
  });
});

describe('the autoscaler of a managed instance group', () => {
  const policy = (scaleInControl?: { maximum: number; windowSeconds: number }): Policy =>
    gcpAutoscaler({
      metric: ({ waiting }) => waiting,
      singleInstanceAssignment: 5,
      periodSeconds: 10,
      delaySeconds: 10,
      scaleInControl,
    });

  it.each([
    [undefined, 1],
    [{ maximum: 4, windowSeconds: 1200 }, 16],
  ])('keeps the peak of ten minutes, then takes away as it may: %j', (control, after) => {
    const autoscaler = policy(control);
    const wishes: number[] = [];
    for (let now = 0; now <= 650; now += 10) wishes.push(autoscaler.decide(now, seen(now === 0 ? 100 : 5)));
    expect(wishes.slice(2, 62)).toEqual(Array(60).fill(20));
    expect(wishes.at(-1)).toBe(after);
  });
});

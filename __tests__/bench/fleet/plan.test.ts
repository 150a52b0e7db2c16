import { lawOf } from '../../../bench/fleet/contenders';
import { outcomeOf } from '../../../bench/fleet/outcome';
import { handedVariable, readPlan, type Plan } from '../../../bench/fleet/plan';
import { plannedFleet, tellsLaw } from '../../../bench/fleet/planned-fleet';
import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { poissonTrace } from '../../../bench/fleet/traces';
import { DEMAND_PERIOD_SECONDS, WAKE_STEPS } from '../../../contracts/scaling';
import { AWS_SCALING_DEFAULTS } from '../../../modules/aws/sandbox-fleet/defaults';
import { GCP_SCALING_DEFAULTS } from '../../../modules/gcp/sandbox-fleet/defaults';
import { DEMAND_PERIOD_MS } from '../../../services/gateway/demand/publisher';

// How a fleet is sized does not depend on what its machines run.
jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () => jest.requireActual<object>('../../kit/playground/artifact-manifest.json'),
}));

import { AwsStack } from '../../../stacks/aws-stack';
import { GcpStack } from '../../../stacks/gcp-stack';

const SCALING_DEFAULTS = { aws: AWS_SCALING_DEFAULTS, gcp: GCP_SCALING_DEFAULTS };

const SYNTHESIZED = {
  aws: synthesizedStack('aws-stack', AwsStack),
  gcp: synthesizedStack('gcp-stack', GcpStack),
} as const;
function planOf(cloud: 'aws' | 'gcp', change: (json: any) => void = () => {}): Plan {
  const json = structuredClone(SYNTHESIZED[cloud]);
  change(json);
  return readPlan(`${cloud}-stack`, json);
}
/** The text of the synthesized JSON with one part of it replaced, wherever it stands. */
const replaced =
  (from: string, to: string) =>
  (json: any): void => {
    const text = JSON.stringify(json);
    if (!text.includes(from)) throw new Error(`the synthesized JSON does not hold ${from}`);
    Object.assign(json, JSON.parse(text.replaceAll(from, to)));
  };

/** Ten times the jobs for ten minutes, from a minute on when nothing ran, and a long tail. */
const trace = poissonTrace(
  {
    name: 'wave',
    summary: '',
    horizonSeconds: 3600,
    peakRate: 20,
    rate: (at) => (at < 60 ? 0 : at > 600 && at < 1200 ? 20 : 2),
  },
  11,
);

describe.each(['aws', 'gcp'] as const)('the fleet of the synthesized %s-stack', (cloud) => {
  it('has the law that the module has as its defaults', () => {
    const { law, slots, drainSeconds, leaseSeconds, onDemand, minimum } = plannedFleet(planOf(cloud));
    const { meanJobSeconds, utilizationPercent, clearSeconds } = SCALING_DEFAULTS[cloud];
    expect(law).toEqual({
      meanJobMs: meanJobSeconds * 1000,
      utilizationPercent,
      clearSeconds,
      baseSlots: cloud === 'gcp' ? 4 : undefined,
    });
    expect({ slots, drainSeconds, leaseSeconds, onDemand, minimum }).toEqual({
      slots: 4,
      drainSeconds: 20,
      leaseSeconds: 30,
      onDemand: 1,
      minimum: 1,
    });
  });
});

it('follows the published metric as often as gateways publish it', () => {
  const fleet = plannedFleet(planOf('aws'));
  if (fleet.cloud !== 'aws') throw new Error('another cloud’s');
  expect(fleet.tracking).toMatchObject({ periodSeconds: DEMAND_PERIOD_SECONDS, targetValue: 4, warmupSeconds: 60 });
  expect(DEMAND_PERIOD_SECONDS).toBe(DEMAND_PERIOD_MS / 1000);
  expect(fleet.wake.steps.map(({ change }) => change)).toEqual([...WAKE_STEPS]);
});

/** One change of the synthesized JSON each: what is simulated has to change with it. */
const MUTATIONS: readonly [cloud: 'aws' | 'gcp', what: string, change: (json: any) => void, setting?: object][] = [
  ['aws', 'busy', replaced('\\"SANDPIPER_UTILIZATION\\":\\"80\\"', '\\"SANDPIPER_UTILIZATION\\":\\"50\\"')],
  ['aws', 'clear', replaced('\\"SANDPIPER_CLEAR_SECONDS\\":\\"30\\"', '\\"SANDPIPER_CLEAR_SECONDS\\":\\"300\\"')],
  ['aws', 'mean job', replaced('\\"SANDPIPER_MEAN_JOB_MS\\":\\"3000\\"', '\\"SANDPIPER_MEAN_JOB_MS\\":\\"900\\"')],
  ['aws', 'slots', replaced('\\"SANDPIPER_SLOTS\\":\\"4\\"', '\\"SANDPIPER_SLOTS\\":\\"2\\"')],
  ['aws', 'target', replaced('"target_value":4}', '"target_value":2}')],
  ['aws', 'expression', replaced('wanted / instances, wanted', '2 * wanted / instances, wanted')],
  ['aws', 'metric', replaced('"metric_name":"SlotsWanted"', '"metric_name":"JobsWaiting"')],
  ['aws', 'period', replaced('"period":10', '"period":60')],
  ['aws', 'minimum', (json) => (json.variable.runner_min_instances.default = 4)],
  ['gcp', 'busy', replaced('\\"SANDPIPER_UTILIZATION\\":\\"90\\"', '\\"SANDPIPER_UTILIZATION\\":\\"50\\"')],
  ['gcp', 'clear', replaced('\\"SANDPIPER_CLEAR_SECONDS\\":\\"120\\"', '\\"SANDPIPER_CLEAR_SECONDS\\":\\"15\\"')],
  ['gcp', 'assignment', replaced('"single_instance_assignment":4', '"single_instance_assignment":2')],
  [
    'gcp',
    'metric',
    replaced(
      '"name":"custom.googleapis.com/sandpiper/spot_slots_wanted"',
      '"name":"custom.googleapis.com/sandpiper/jobs_waiting"',
    ),
  ],
  ['gcp', 'scale-in', replaced('"percent":80},"time_window_sec":600', '"percent":10},"time_window_sec":600')],
  [
    'gcp',
    'stabilization',
    replaced(
      '"single_instance_assignment":4',
      '"single_instance_assignment":4}],"stabilization_period":60,"x":[{"y":0',
    ),
  ],
  ['gcp', 'standard machines', (json) => (json.variable.runner_on_demand_instances.default = 3)],
];

describe('a number of the plan that is changed', () => {
  it.each(MUTATIONS)('changes what is simulated: %s, %s', (cloud, _what, change) => {
    const run = (plan: ReturnType<typeof planOf>) => {
      const { p95, p99, instanceHours } = outcomeOf(lawOf(plannedFleet(plan)), trace);
      return { p95, p99, instanceHours };
    };
    expect(run(planOf(cloud, change))).not.toEqual(run(planOf(cloud)));
  });

  it.each([
    ['steps', (json: any) => stepsOf(json).forEach((step) => (step.scaling_adjustment *= 10))],
    ['alarm', replaced('IF(instances > 0, 0, wanted)', 'IF(instances > 0, 0, wanted / 100)')],
    ['threshold', (json: any) => (alarmOf(json).threshold = 3)],
    ['datapoints', (json: any) => (alarmOf(json).evaluation_periods = 12)],
  ])('changes how a fleet without machines wakes: %s', (_what, change) => {
    const run = (more: (json: any) => void) => {
      const plan = planOf('aws', (json) => {
        json.variable.runner_min_instances.default = 0;
        json.variable.runner_on_demand_instances.default = 0;
        more(json);
      });
      const { p50, p95, instanceHours } = outcomeOf(lawOf(plannedFleet(plan)), trace);
      return { p50, p95, instanceHours };
    };
    expect(run(change)).not.toEqual(run(() => {}));
  });
});

describe('a plan that says too little', () => {
  it.each<[string, 'aws' | 'gcp', (json: any) => void, RegExp]>([
    ['no policy', 'aws', (json) => delete json.resource.aws_autoscaling_policy, /holds 0 aws_autoscaling_policy/],
    ['an unknown metric', 'aws', replaced('"metric_name":"SlotsWanted"', '"metric_name":"Slots"'), /scaled on Slots,/],
    ['no autoscaler', 'gcp', (json) => delete json.resource.google_compute_region_autoscaler, /holds 0 google_compute/],
    [
      'a size that nobody knows',
      'aws',
      (json) => delete json.variable.runner_min_instances.default,
      /aws-stack: min_size is "\$\{var.runner_min_instances\}"/,
    ],
    [
      'no law',
      'aws',
      replaced('SANDPIPER_CLEAR_SECONDS', 'SANDPIPER_OTHER'),
      /SANDPIPER_CLEAR_SECONDS in the boot script/,
    ],
  ])('is refused: %s', (_what, cloud, change, message) => {
    expect(() => plannedFleet(planOf(cloud, change))).toThrow(message);
  });

  it('is refused when it is none', () => {
    expect(() => readPlan('aws.json', { hello: 1 })).toThrow(/aws\.json is neither a cdk\.tf\.json nor/);
  });
});

it('reads boot scripts where `terraform show -json` has them', () => {
  const script = '{"variables":{"SANDPIPER_RUNTIME":"runsc","SANDPIPER_SLOTS":"6"}}';
  const plan = readPlan('plan.json', {
    planned_values: {
      root_module: {
        resources: [
          { type: 'aws_launch_template', name: 'a', values: { user_data: Buffer.from(script).toString('base64') } },
        ],
        child_modules: [
          { resources: [{ type: 't', name: 'b', values: { metadata: { 'startup-script': '"X":"1"' } } }] },
        ],
      },
    },
  });
  expect(handedVariable(plan, 'SANDPIPER_RUNTIME', 'SANDPIPER_SLOTS')).toBe('6');
  expect(handedVariable(plan, 'X', 'X')).toBe('1');
  expect(tellsLaw(plan)).toBe(false);
});

function stepsOf(json: any): { scaling_adjustment: number }[] {
  const policies = Object.values<any>(json.resource.aws_autoscaling_policy);
  return policies.find(({ policy_type: type }) => type === 'StepScaling').step_adjustment;
}

function alarmOf(json: any): any {
  const alarms = Object.entries<any>(json.resource.aws_cloudwatch_metric_alarm);
  return alarms.find(([name]) => name.includes('wake'))![1];
}

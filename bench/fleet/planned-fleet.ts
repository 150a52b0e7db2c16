import type { Demand, ScalingModel } from '../../services/gateway/demand/demand';
import { block, blocks, handedVariable, numberIn, oneResource, type Plan, type Values } from './plan';

/** Published metrics by the ids that an expression gives them. */
export type MetricIds = Readonly<Record<string, keyof Demand>>;

/** What sizes the sandbox fleet of a cloud, as its plan has it. All times are seconds. */
export type PlannedFleet = PlannedAwsFleet | PlannedGcpFleet;

interface PlannedMachines {
  /** What the gateways are told of the law. */
  readonly law: ScalingModel;
  /** Jobs that an instance runs at once. */
  readonly slots: number;
  readonly minimum: number;
  /** Instances that are never spot. */
  readonly onDemand: number;
  readonly drainSeconds: number;
  readonly leaseSeconds: number;
}

/** On AWS: target tracking, and an alarm with steps for a fleet that has no instance. */
export interface PlannedAwsFleet extends PlannedMachines {
  readonly cloud: 'aws';
  readonly tracking: {
    readonly expression: string;
    readonly metrics: MetricIds;
    readonly targetValue: number;
    readonly periodSeconds: number;
    readonly warmupSeconds: number;
  };
  readonly wake: {
    readonly expression: string;
    readonly metrics: MetricIds;
    readonly periodSeconds: number;
    readonly datapoints: number;
    readonly threshold: number;
    /** What is added, from how far above the threshold on. */
    readonly steps: readonly { readonly lower: number; readonly change: number }[];
    readonly warmupSeconds: number;
  };
}

/** On GCP: an autoscaler on a metric of the whole group. */
export interface PlannedGcpFleet extends PlannedMachines {
  readonly cloud: 'gcp';
  readonly autoscaler: {
    readonly metric: keyof Demand;
    readonly singleInstanceAssignment: number;
    /** Time whose largest need the group keeps its size for. */
    readonly stabilizationSeconds: number;
    readonly scaleInControl:
      ({ readonly windowSeconds: number } & ({ readonly maximum: number } | { readonly percent: number })) | undefined;
  };
}

/** Only runners are told of a runtime, only gateways where the demand goes. */
const RUNNERS = 'SANDPIPER_RUNTIME';
const GATEWAYS = 'SANDPIPER_DEMAND';
/** Of an autoscaler that says nothing of it (REST resource `autoscalers`: `stabilizationPeriodSec`). */
const STABILIZATION_SECONDS = 600;
/** What the gateway publishes, by the name that it has in CloudWatch. */
const PUBLISHED: Readonly<Record<keyof Demand, true>> = {
  SlotsWanted: true,
  SlotsInService: true,
  InstancesInService: true,
  JobsRunning: true,
  JobsWaiting: true,
  OldestWaitSeconds: true,
  SpotSlotsWanted: true,
};

/**
 * Reads how the sandbox fleet of a plan is sized.
 *
 * @param scripts the plan whose boot scripts hold what the programs are told, if this one's are not known before its apply
 * @throws Error that names what is missing or not understood
 */
export function plannedFleet(plan: Plan, scripts: Plan = plan): PlannedFleet {
  const isAws = plan.resources.some(({ type }) => type === 'aws_autoscaling_group');
  return isAws ? awsFleet(plan, scripts) : gcpFleet(plan, scripts);
}

/** Whether the boot scripts are known, and so the law's numbers. */
export function tellsLaw(plan: Plan): boolean {
  return [RUNNERS, GATEWAYS].every((marker) => handedVariable(plan, marker, marker) !== undefined);
}

function awsFleet(plan: Plan, scripts: Plan): PlannedAwsFleet {
  const number = (value: unknown, what: string): number => numberIn(plan, value, what);
  const { values: group } = oneResource(
    plan,
    'aws_autoscaling_group',
    'has spot machines',
    (values) => block(values, 'mixed_instances_policy').instances_distribution !== undefined,
  );
  const configuration = (values: Values): Values => block(values, 'target_tracking_configuration');
  const { values: tracking } = oneResource(
    plan,
    'aws_autoscaling_policy',
    'follows a target of metrics of its own',
    (values) => blocks(block(configuration(values), 'customized_metric_specification'), 'metrics').length > 0,
  );
  const { values: steps } = oneResource(
    plan,
    'aws_autoscaling_policy',
    'goes in steps',
    (values) => values.policy_type === 'StepScaling',
  );
  const { values: alarm } = oneResource(
    plan,
    'aws_cloudwatch_metric_alarm',
    `has the name of the policy ${String(steps.name)}`,
    (values) => values.alarm_name === steps.name,
  );
  const followed = blocks(block(configuration(tracking), 'customized_metric_specification'), 'metrics').map(
    (query) => ({
      ...query,
      ...block(query, 'metric_stat'),
      ...block(query, 'metric_stat', 'metric'),
    }),
  );
  const watched = blocks(alarm, 'metric_query').map((query) => ({ ...query, ...block(query, 'metric') }));
  return {
    cloud: 'aws',
    ...machines(scripts),
    minimum: number(group.min_size, 'min_size'),
    onDemand: number(
      block(group, 'mixed_instances_policy', 'instances_distribution').on_demand_base_capacity,
      'on_demand_base_capacity',
    ),
    tracking: {
      ...calculation(plan, followed),
      targetValue: number(configuration(tracking).target_value, 'target_value'),
      warmupSeconds: number(tracking.estimated_instance_warmup, 'estimated_instance_warmup'),
    },
    wake: {
      ...calculation(plan, watched),
      datapoints: number(alarm.evaluation_periods, 'evaluation_periods'),
      threshold: number(alarm.threshold, 'threshold'),
      steps: blocks(steps, 'step_adjustment')
        .map((step) => ({
          lower: number(step.metric_interval_lower_bound, 'metric_interval_lower_bound'),
          change: number(step.scaling_adjustment, 'scaling_adjustment'),
        }))
        .sort((a, b) => a.lower - b.lower),
      warmupSeconds: number(steps.estimated_instance_warmup, 'estimated_instance_warmup'),
    },
  };
}

/** Of the queries of a policy or an alarm: the metrics by their ids, the one expression, the period. */
function calculation(plan: Plan, queries: readonly Values[]) {
  const isExpression = ({ expression }: Values): boolean => typeof expression === 'string' && expression !== '';
  const returned = queries.filter((query) => isExpression(query) && query.return_data === true);
  const metrics = queries.filter((query) => !isExpression(query));
  const [period, ...others] = new Set(metrics.map((query) => numberIn(plan, query.period, 'period')));
  if (returned.length !== 1 || period === undefined || others.length > 0) {
    throw new Error(`${plan.source}: queries of one period and one expression that is returned are expected`);
  }
  return {
    expression: returned[0]!.expression as string,
    metrics: Object.fromEntries(metrics.map((query) => [query.id, published(plan, String(query.metric_name))])),
    periodSeconds: period,
  };
}

function gcpFleet(plan: Plan, scripts: Plan): PlannedGcpFleet {
  const number = (value: unknown, what: string): number => numberIn(plan, value, what);
  const { values } = oneResource(
    plan,
    'google_compute_region_autoscaler',
    'follows a metric of Cloud Monitoring',
    (candidate) => blocks(block(candidate, 'autoscaling_policy'), 'metric').length > 0,
  );
  const { values: base } = oneResource(
    plan,
    'google_compute_region_instance_group_manager',
    'has a fixed size',
    ({ name, target_size: size }) => size !== undefined && size !== null && /-base$/.test(String(name)),
  );
  const policy = block(values, 'autoscaling_policy');
  const metric = block(policy, 'metric');
  const type = /^custom\.googleapis\.com\/sandpiper\/([a-z_]+)$/.exec(String(metric.name))?.[1] ?? '';
  const onDemand = number(base.target_size, 'target_size');
  return {
    cloud: 'gcp',
    ...machines(scripts),
    onDemand,
    minimum: onDemand + number(policy.min_replicas, 'min_replicas'),
    autoscaler: {
      metric: published(
        plan,
        type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      ),
      singleInstanceAssignment: number(metric.single_instance_assignment, 'single_instance_assignment'),
      stabilizationSeconds: number(policy.stabilization_period ?? STABILIZATION_SECONDS, 'stabilization_period'),
      scaleInControl: scaleInControl(plan, block(policy, 'scale_in_control')),
    },
  };
}

function scaleInControl(plan: Plan, control: Values): PlannedGcpFleet['autoscaler']['scaleInControl'] {
  if (control.time_window_sec === undefined) return undefined;
  const { fixed, percent } = block(control, 'max_scaled_in_replicas');
  const windowSeconds = numberIn(plan, control.time_window_sec, 'time_window_sec');
  return typeof percent === 'number' && percent > 0
    ? { percent, windowSeconds }
    : { maximum: numberIn(plan, fixed, 'max_scaled_in_replicas'), windowSeconds };
}

/** What gateways and runners are told by their boot scripts. */
function machines(plan: Plan) {
  const told = (marker: string, name: string): number => {
    const value = handedVariable(plan, marker, name);
    return numberIn(plan, value, `${name} in the boot script`);
  };
  const baseSlots = handedVariable(plan, GATEWAYS, 'SANDPIPER_BASE_SLOTS');
  return {
    slots: told(RUNNERS, 'SANDPIPER_SLOTS'),
    drainSeconds: told(RUNNERS, 'SANDPIPER_DRAIN_SECONDS'),
    leaseSeconds: told(RUNNERS, 'SANDPIPER_LEASE_SECONDS'),
    law: {
      utilizationPercent: told(GATEWAYS, 'SANDPIPER_UTILIZATION'),
      meanJobMs: told(GATEWAYS, 'SANDPIPER_MEAN_JOB_MS'),
      clearSeconds: told(GATEWAYS, 'SANDPIPER_CLEAR_SECONDS'),
      baseSlots: baseSlots === undefined ? undefined : numberIn(plan, baseSlots, 'SANDPIPER_BASE_SLOTS'),
    },
  };
}

function published(plan: Plan, name: string): keyof Demand {
  if (name in PUBLISHED) return name as keyof Demand;
  throw new Error(`${plan.source}: the fleet is scaled on ${name}, which no gateway publishes`);
}

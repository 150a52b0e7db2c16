import { AutoscalingPolicy } from '@cdktf/provider-aws/lib/autoscaling-policy';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { demandMetric, metricQuery } from './demand';
import type { AwsFleet } from './fleet';
import type { AwsRunners } from './runners';
import {
  DEMAND_PERIOD_SECONDS,
  SLOTS_WANTED_OF_EACH,
  SLOTS_WANTED_OF_NONE,
  WAKE_STEPS,
} from '../../../contracts/scaling';

/** Follows the demand that the gateway publishes: target tracking where there are machines, an alarm and its steps where there are none. */
export function addFleetScaling(fleet: AwsFleet, { group }: AwsRunners): void {
  const { scope, props } = fleet;
  const name = fleet.name();
  const { slotsPerInstance } = props.capacity;
  const measured = {
    wanted: demandMetric(fleet, 'SlotsWanted', DEMAND_PERIOD_SECONDS),
    instances: demandMetric(fleet, 'InstancesInService', DEMAND_PERIOD_SECONDS),
  };
  new AutoscalingPolicy(scope, 'scale-on-demand', {
    autoscalingGroupName: group.name,
    name: `${name}-demand`,
    policyType: 'TargetTrackingScaling',
    estimatedInstanceWarmup: props.scaling.warmupSeconds,
    targetTrackingConfiguration: {
      targetValue: slotsPerInstance,
      customizedMetricSpecification: {
        metrics: [
          ...Object.entries(measured).map(([id, { namespace, metricName, dimensions, period, stat }]) => ({
            id,
            metricStat: {
              metric: {
                namespace,
                metricName,
                dimensions: Object.entries(dimensions).map(([key, value]) => ({ name: key, value })),
              },
              period,
              stat,
            },
            returnData: false,
          })),
          { id: 'load', label: 'slots wanted of each machine', expression: SLOTS_WANTED_OF_EACH, returnData: true },
        ],
      },
    },
  });
  const wake = new AutoscalingPolicy(scope, 'wake', {
    autoscalingGroupName: group.name,
    name: `${name}-wake`,
    policyType: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    metricAggregationType: 'Maximum',
    estimatedInstanceWarmup: props.scaling.warmupSeconds,
    stepAdjustment: WAKE_STEPS.map((step, index) => {
      const next = WAKE_STEPS[index + 1];
      return {
        scalingAdjustment: step,
        // So many machines are wanted as soon as one fewer could not run it all.
        metricIntervalLowerBound: String((step - 1) * slotsPerInstance),
        metricIntervalUpperBound: next === undefined ? undefined : String((next - 1) * slotsPerInstance),
      };
    }),
  });
  new CloudwatchMetricAlarm(scope, 'wake-alarm', {
    alarmName: `${name}-wake`,
    alarmDescription: 'Jobs arrived while the fleet had no machine, so it starts some. Nothing needs to be done.',
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 0,
    evaluationPeriods: 1,
    treatMissingData: 'notBreaching',
    alarmActions: [wake.arn],
    metricQuery: [
      ...Object.entries(measured).map(([id, metric]) => metricQuery(id, metric)),
      { id: 'of_none', label: 'slots wanted of no machine', expression: SLOTS_WANTED_OF_NONE, returnData: true },
    ],
  });
}

import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { addAlarmTopic } from '../foundation/alarm-topic';
import { LEASE_MARGIN_SECONDS } from '../../sandbox-fleet/resolve';
import { demandMetric, metricQuery, type MetricRead } from './demand';
import type { AwsFleet } from './fleet';
import type { AwsQueues } from './queue';

const MINUTE = 60;

/**
 * Alarms of a fleet, and the topic that carries them:
 *
 * | alarm | rises when |
 * |---|---|
 * | `<name>-dead-letters` | a job was put aside: none of its attempts ended |
 * | `<name>-oldest-wait` | the oldest waiting job has waited longer than `alarms.oldestWaitSeconds` for three minutes |
 * | `<name>-slow-start` | p95 of the time from a job's acceptance to its first event is above `alarms.startSeconds` over five minutes |
 * | `<name>-queue-age` | for five minutes the oldest message is older than a job may wait and run |
 * | `<name>-idle-machines` | for fifteen minutes machines are in service that take no jobs |
 * | `<name>-at-maximum` | the fleet has been as large as it may be for ten minutes |
 * | `<name>-no-demand` | for three minutes no gateway published the demand: none is there, or the event store is away |
 */
export function addFleetAlarms(fleet: AwsFleet, { jobs, deadLetters }: AwsQueues): SnsTopic {
  const { scope, props } = fleet;
  const name = fleet.name();
  const topic = addAlarmTopic(fleet, props.alarms.emails);
  const common = { alarmActions: [topic.arn], okActions: [topic.arn] };
  const plain = (id: string, read: MetricRead, alarm: PlainAlarm): void => {
    const { namespace, metricName, dimensions, period, stat } = read;
    new CloudwatchMetricAlarm(scope, `alarm-${id}`, {
      ...common,
      alarmName: `${name}-${id}`,
      namespace,
      metricName,
      dimensions,
      period,
      statistic: stat,
      treatMissingData: 'notBreaching',
      comparisonOperator: 'GreaterThanThreshold',
      ...alarm,
    });
  };
  plain(
    'dead-letters',
    {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: deadLetters.name },
      period: 5 * MINUTE,
      stat: 'Maximum',
    },
    {
      alarmDescription: 'A job failed in all of its attempts: look at it with ./sandpiper dlq list.',
      threshold: 0,
      evaluationPeriods: 1,
    },
  );
  plain('oldest-wait', demandMetric(fleet, 'OldestWaitSeconds', MINUTE), {
    alarmDescription: `A job has waited for more than ${props.alarms.oldestWaitSeconds} s for three minutes: look at the size of the fleet and whether its machines boot.`,
    threshold: props.alarms.oldestWaitSeconds,
    evaluationPeriods: 3,
  });
  const { namespace, metricName, dimensions } = demandMetric(fleet, 'QueueWaitSeconds', 5 * MINUTE);
  new CloudwatchMetricAlarm(scope, 'alarm-slow-start', {
    ...common,
    alarmName: `${name}-slow-start`,
    alarmDescription: `p95 time until a job begins above ${props.alarms.startSeconds} s for five minutes: look at the size of the fleet and at the journal of its machines.`,
    namespace,
    metricName,
    dimensions,
    extendedStatistic: 'p95',
    evaluateLowSampleCountPercentiles: 'ignore',
    period: 5 * MINUTE,
    evaluationPeriods: 1,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: props.alarms.startSeconds,
    treatMissingData: 'notBreaching',
  });
  plain(
    'queue-age',
    {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: jobs.name },
      period: MINUTE,
      stat: 'Maximum',
    },
    {
      alarmDescription:
        'A message is older than a job may wait and run: look whether machines are in service and reach the queue.',
      threshold: props.alarms.oldestWaitSeconds + props.maximumJobSeconds + LEASE_MARGIN_SECONDS,
      evaluationPeriods: 5,
    },
  );
  plain('no-demand', demandMetric(fleet, 'SlotsWanted', MINUTE, { stat: 'SampleCount' }), {
    alarmDescription:
      'No gateway has published the demand for three minutes: look at the health of the gateways, then at the event store.',
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    evaluationPeriods: 3,
    treatMissingData: 'breaching',
  });
  const group = (metricName: string): MetricRead => ({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensions: { AutoScalingGroupName: name },
    period: MINUTE,
    stat: 'Maximum',
  });
  new CloudwatchMetricAlarm(scope, 'alarm-idle-machines', {
    ...common,
    alarmName: `${name}-idle-machines`,
    alarmDescription: 'Machines have been in service for fifteen minutes without taking jobs: look at their journal.',
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 0,
    evaluationPeriods: 15,
    treatMissingData: 'notBreaching',
    metricQuery: [
      metricQuery('machines', group('GroupInServiceInstances')),
      metricQuery('runners', demandMetric(fleet, 'InstancesInService', MINUTE)),
      { id: 'idle', label: 'machines that take no jobs', expression: 'machines - FILL(runners, 0)', returnData: true },
    ],
  });
  new CloudwatchMetricAlarm(scope, 'alarm-at-maximum', {
    ...common,
    alarmName: `${name}-at-maximum`,
    alarmDescription:
      'The fleet has had its maximum size for ten minutes: raise runner_max_instances, or see what keeps it busy.',
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: 0,
    evaluationPeriods: 10,
    treatMissingData: 'notBreaching',
    metricQuery: [
      metricQuery('desired', group('GroupDesiredCapacity')),
      metricQuery('maximum', group('GroupMaxSize')),
      { id: 'over', label: 'instances above the maximum', expression: 'desired - maximum', returnData: true },
    ],
  });
  return topic;
}

interface PlainAlarm {
  readonly alarmDescription: string;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly comparisonOperator?: string;
  readonly treatMissingData?: string;
}

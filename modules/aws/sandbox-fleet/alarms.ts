import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { addAlarmTopic } from '../foundation/alarm-topic';
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
 * | `<name>-at-maximum` | the fleet has been as large as it may be for ten minutes |
 * | `<name>-no-demand` | for three minutes no gateway published the demand: none is there, or the event store is away |
 */
export function addFleetAlarms(fleet: AwsFleet, { deadLetters }: AwsQueues): SnsTopic {
  const { scope, name, platform, props } = fleet;
  const topic = addAlarmTopic(scope, { name, platform, emails: props.alarms.emails });
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
      alarmDescription: 'A job was put aside: look at it with `./sandpiper dlq list`',
      threshold: 0,
      evaluationPeriods: 1,
    },
  );
  plain('oldest-wait', demandMetric(fleet, 'OldestWaitSeconds', MINUTE), {
    alarmDescription: `A job has waited for more than ${props.alarms.oldestWaitSeconds} s`,
    threshold: props.alarms.oldestWaitSeconds,
    evaluationPeriods: 3,
  });
  plain('no-demand', demandMetric(fleet, 'SlotsWanted', MINUTE, { stat: 'SampleCount' }), {
    alarmDescription: 'No gateway publishes the demand: none is there, or the event store is away',
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
  new CloudwatchMetricAlarm(scope, 'alarm-at-maximum', {
    ...common,
    alarmName: `${name}-at-maximum`,
    alarmDescription: 'The fleet has been as large as it may be for ten minutes: raise capacity.maxInstances',
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

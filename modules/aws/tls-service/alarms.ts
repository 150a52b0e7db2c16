import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import type { Construct } from 'constructs';
import { addAlarmTopic } from '../foundation/alarm-topic';
import type { AwsService } from './service';

/** Window of the share and the latency, in seconds. */
const WINDOW_SECONDS = 300;
/** An instance is unhealthy for this many minutes of five before anybody is told: a replaced one is not. */
const UNHEALTHY_MINUTES = 3;
const EXPIRY_DAYS = 21;
/** ACM publishes the metric twice a day. */
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Alarms of one service, and the topic that carries them:
 *
 * | alarm | rises when |
 * |---|---|
 * | `<name>-errors` | 5xx answers, of instances and load balancer, exceed their share over five minutes |
 * | `<name>-latency` | the 95th percentile of the instances' answer time exceeds its bound over five minutes |
 * | `<name>-unhealthy` | an instance failed its health check in three of five minutes |
 * | `<name>-certificate-<n>` | an existing certificate expires in less than three weeks |
 */
export function addAlarms(
  service: AwsService,
  options: {
    readonly loadBalancer: Lb;
    readonly targetGroup: LbTargetGroup;
  },
): SnsTopic {
  const { scope, props } = service;
  const name = service.name();
  const { loadBalancer, targetGroup } = options;
  const topic = addAlarmTopic(service, props.alarms.emails);
  const alarm = { alarmActions: [topic.arn], okActions: [topic.arn], treatMissingData: 'notBreaching' };
  const balancerOnly = { LoadBalancer: loadBalancer.arnSuffix };
  const both = { ...balancerOnly, TargetGroup: targetGroup.arnSuffix };
  const count = (id: string, metricName: string) => ({
    id,
    metric: {
      namespace: 'AWS/ApplicationELB',
      metricName,
      dimensions: balancerOnly,
      period: WINDOW_SECONDS,
      stat: 'Sum',
    },
    returnData: false,
  });
  new CloudwatchMetricAlarm(scope, 'alarm-errors', {
    ...alarm,
    alarmName: `${name}-errors`,
    alarmDescription: `More than ${props.alarms.errorPercent} % of the responses were 5xx for five minutes: look at the journal of the instances, then at the request log.`,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: props.alarms.errorPercent,
    evaluationPeriods: 1,
    metricQuery: [
      count('requests', 'RequestCount'),
      count('target5xx', 'HTTPCode_Target_5XX_Count'),
      count('balancer5xx', 'HTTPCode_ELB_5XX_Count'),
      {
        // RequestCount has only requests that found an instance, so the load balancer's own errors are added to the whole.
        id: 'share',
        label: '5xx answers in percent',
        expression:
          'IF(FILL(requests, 0) + FILL(balancer5xx, 0) > 0, 100 * (FILL(target5xx, 0) + FILL(balancer5xx, 0)) / (FILL(requests, 0) + FILL(balancer5xx, 0)), 0)',
        returnData: true,
      },
    ],
  });
  const { latencyMilliseconds } = props.alarms;
  if (latencyMilliseconds !== false) {
    new CloudwatchMetricAlarm(scope, 'alarm-latency', {
      ...alarm,
      alarmName: `${name}-latency`,
      alarmDescription: `p95 response time above ${latencyMilliseconds} ms for five minutes: look at the CPU use of the instances and at what they wait for.`,
      namespace: 'AWS/ApplicationELB',
      metricName: 'TargetResponseTime',
      dimensions: both,
      extendedStatistic: 'p95',
      period: WINDOW_SECONDS,
      evaluationPeriods: 1,
      evaluateLowSampleCountPercentiles: 'ignore',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: latencyMilliseconds / 1000,
    });
  }
  new CloudwatchMetricAlarm(scope, 'alarm-unhealthy', {
    ...alarm,
    alarmName: `${name}-unhealthy`,
    alarmDescription:
      'An instance failed its health check in three of five minutes: look at its journal. The group replaces it.',
    namespace: 'AWS/ApplicationELB',
    metricName: 'UnHealthyHostCount',
    dimensions: both,
    statistic: 'Maximum',
    period: 60,
    evaluationPeriods: 5,
    datapointsToAlarm: UNHEALTHY_MINUTES,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 0,
  });
  if (props.certificate.kind === 'existing') addExpiryAlarms(scope, name, props.certificate.ids, alarm);
  return topic;
}

/** Of certificates that nobody renews by himself: those that were imported into ACM. Of others there is no such metric, and no alarm rises. */
function addExpiryAlarms(
  scope: Construct,
  name: string,
  arns: readonly string[],
  alarm: Pick<CloudwatchMetricAlarmConfig, 'alarmActions' | 'okActions' | 'treatMissingData'>,
): void {
  arns.forEach((arn, index) => {
    new CloudwatchMetricAlarm(scope, `alarm-certificate-${index}`, {
      ...alarm,
      alarmName: `${name}-certificate-${index}`,
      alarmDescription: `A certificate expires in less than ${EXPIRY_DAYS} days: import its successor with ./sandpiper cert import aws.`,
      namespace: 'AWS/CertificateManager',
      metricName: 'DaysToExpiry',
      dimensions: { CertificateArn: arn },
      statistic: 'Minimum',
      period: DAY_SECONDS,
      evaluationPeriods: 1,
      comparisonOperator: 'LessThanThreshold',
      threshold: EXPIRY_DAYS,
    });
  });
}

import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import type { Construct } from 'constructs';
import { addAlarmTopic } from '../foundation/alarm-topic';
import type { AwsEnvironment } from '../foundation/environment';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';

/** Window of the share and the latency, in seconds. */
const WINDOW_SECONDS = 300;
/** An instance is unhealthy for this many minutes of five before anybody is told: a replaced one is not. */
const UNHEALTHY_MINUTES = 3;

/**
 * Alarms of one service, and the topic that carries them:
 *
 * | alarm | rises when |
 * |---|---|
 * | `<name>-errors` | 5xx answers, of instances and load balancer, exceed their share over five minutes |
 * | `<name>-latency` | the 95th percentile of the instances' answer time exceeds its bound over five minutes |
 * | `<name>-unhealthy` | an instance failed its health check in three of five minutes |
 */
export function addAlarms(
  scope: Construct,
  options: {
    readonly name: string;
    readonly platform: AwsEnvironment;
    readonly props: ResolvedTlsServiceProps;
    readonly loadBalancer: Lb;
    readonly targetGroup: LbTargetGroup;
  },
): SnsTopic {
  const { name, props, loadBalancer, targetGroup } = options;
  const topic = addAlarmTopic(scope, { ...options, emails: props.alarms.emails });
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
    alarmDescription: `More than ${props.alarms.errorPercent} % of the answers were 5xx over five minutes`,
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
  new CloudwatchMetricAlarm(scope, 'alarm-latency', {
    ...alarm,
    alarmName: `${name}-latency`,
    alarmDescription: `95 % of the answers took up to more than ${props.alarms.latencyMilliseconds} ms over five minutes`,
    namespace: 'AWS/ApplicationELB',
    metricName: 'TargetResponseTime',
    dimensions: both,
    extendedStatistic: 'p95',
    period: WINDOW_SECONDS,
    evaluationPeriods: 1,
    evaluateLowSampleCountPercentiles: 'ignore',
    comparisonOperator: 'GreaterThanThreshold',
    threshold: props.alarms.latencyMilliseconds / 1000,
  });
  new CloudwatchMetricAlarm(scope, 'alarm-unhealthy', {
    ...alarm,
    alarmName: `${name}-unhealthy`,
    alarmDescription: 'An instance fails its health check',
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
  return topic;
}

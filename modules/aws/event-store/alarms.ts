import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { addAlarmTopic } from '../foundation/alarm-topic';
import type { AwsPart } from '../foundation/part';

const MINUTE = 60;

/** Metrics of a node ("Metrics for Valkey and Redis OSS"); a node takes 65,000 connections. */
const ALARMS = [
  {
    id: 'memory',
    metricName: 'DatabaseMemoryUsagePercentage',
    threshold: 75,
    text: 'Memory use above 75 % for five minutes: choose a larger size, or find who keeps so much. A full store refuses jobs.',
  },
  {
    id: 'evictions',
    metricName: 'Evictions',
    threshold: 0,
    text: 'The event store evicted keys, so events of jobs are lost: choose a larger size, and see that its policy is noeviction.',
  },
  {
    id: 'processor',
    metricName: 'EngineCPUUtilization',
    threshold: 80,
    text: 'Engine CPU use above 80 % for five minutes: choose a larger size.',
  },
  {
    id: 'connections',
    metricName: 'CurrConnections',
    threshold: 50_000,
    text: 'More than 50000 connections for five minutes: look for machines that open connections without closing them.',
  },
] as const;

/** Alarms on memory, evictions, processor and connections of the busiest node: `<name>-memory` and so on. */
export function addEventStoreAlarms(
  store: Pick<AwsPart, 'scope' | 'platform' | 'name'>,
  options: {
    readonly emails: readonly string[];
    /** The primary and its replicas. */
    readonly nodes: number;
  },
): void {
  const { scope } = store;
  const name = store.name();
  const { nodes } = options;
  const topic = addAlarmTopic(store, options.emails);
  // ElastiCache numbers the nodes of a group from 001.
  const clusters = Array.from({ length: nodes }, (_, index) => `${name}-${String(index + 1).padStart(3, '0')}`);
  for (const { id, metricName, threshold, text } of ALARMS) {
    new CloudwatchMetricAlarm(scope, `alarm-${id}`, {
      alarmName: `${name}-${id}`,
      alarmDescription: text,
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      comparisonOperator: 'GreaterThanThreshold',
      threshold,
      evaluationPeriods: 5,
      treatMissingData: 'notBreaching',
      metricQuery: [
        ...clusters.map((CacheClusterId, index) => ({
          id: `node${index}`,
          metric: {
            namespace: 'AWS/ElastiCache',
            metricName,
            dimensions: { CacheClusterId },
            period: MINUTE,
            stat: 'Maximum',
          },
          returnData: false,
        })),
        { id: 'busiest', label: `${metricName} of the busiest node`, expression: 'MAX(METRICS())', returnData: true },
      ],
    });
  }
}

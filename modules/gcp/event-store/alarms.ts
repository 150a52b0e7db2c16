import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy';
import { addNotificationChannels } from '../foundation/notification-channels';
import type { GcpPart } from '../foundation/part';

/** An incident without news ends by itself after this time. */
const AUTO_CLOSE = '1800s';

/** Metrics of an instance (Memorystore for Valkey, "Supported monitoring metrics"). */
const ALARMS = [
  {
    id: 'memory',
    metric: 'memory/maximum_utilization',
    aligner: 'ALIGN_MAX',
    threshold: 0.75,
    title: 'memory use above 75 % for five minutes',
    documentation: 'Choose a larger size, or find who keeps so much. A full store refuses jobs.',
  },
  {
    id: 'evictions',
    metric: 'stats/total_evicted_keys_count',
    aligner: 'ALIGN_DELTA',
    threshold: 0,
    title: 'keys were evicted, so events of jobs are lost',
    documentation: 'Choose a larger size, and see that its policy is `noeviction`.',
  },
  {
    id: 'processor',
    metric: 'cpu/maximum_utilization',
    aligner: 'ALIGN_MAX',
    threshold: 0.8,
    title: 'CPU use above 80 % for five minutes',
    documentation: 'Choose a larger size.',
  },
  {
    id: 'connections',
    metric: 'stats/total_rejected_connections_count',
    aligner: 'ALIGN_DELTA',
    threshold: 0,
    title: 'connections were refused: there are too many',
    documentation: 'Look for machines that open connections without closing them.',
  },
] as const;

/** Alert policies on memory, evictions, processor and connections. */
export function addEventStoreAlarms(part: GcpPart, emails: readonly string[]): void {
  const { scope, name, labels, platform } = part;
  const notificationChannels = addNotificationChannels(part, emails);
  for (const { id, metric, aligner, threshold, title, documentation } of ALARMS) {
    new MonitoringAlertPolicy(scope, `alarm-${id}`, {
      displayName: `${name()}: ${title}`,
      combiner: 'OR',
      severity: 'WARNING',
      conditions: [
        {
          displayName: title,
          conditionThreshold: {
            filter: [
              `metric.type = "memorystore.googleapis.com/instance/${metric}"`,
              'resource.type = "memorystore.googleapis.com/Instance"',
              `resource.labels.instance_id = "${name()}"`,
            ].join(' AND '),
            aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: aligner, crossSeriesReducer: 'REDUCE_MAX' }],
            comparison: 'COMPARISON_GT',
            thresholdValue: threshold,
            duration: threshold === 0 ? '0s' : '300s',
            trigger: { count: 1 },
          },
        },
      ],
      notificationChannels,
      alertStrategy: { autoClose: AUTO_CLOSE },
      documentation: { content: documentation, mimeType: 'text/markdown' },
      userLabels: { ...platform.labels, ...labels },
    });
  }
}

import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditions,
} from '@cdktf/provider-google/lib/monitoring-alert-policy';
import { addNotificationChannels } from '../foundation/notification-channels';
import { healthCheckLog } from './logs';
import type { GcpService } from './service';

const WINDOW = '300s';
/** An incident without news ends by itself after this time. */
const AUTO_CLOSE = '1800s';

/** Alert policies on 5xx answers, latency and instances that fail, told to the mail addresses of `alarms.emails`. */
export function addAlarms(service: GcpService): void {
  const { scope, platform, props, id } = service;
  const notificationChannels = addNotificationChannels(service, props.alarms.emails);
  const add = (
    key: string,
    alarm: {
      readonly title: string;
      readonly severity: 'CRITICAL' | 'WARNING';
      readonly documentation: string;
      readonly condition: Omit<MonitoringAlertPolicyConditions, 'displayName'>;
    },
  ) =>
    new MonitoringAlertPolicy(scope, `alarm-${key}`, {
      displayName: `${service.name()}: ${alarm.title}`,
      combiner: 'OR',
      severity: alarm.severity,
      conditions: [{ ...alarm.condition, displayName: alarm.title }],
      notificationChannels,
      alertStrategy: {
        autoClose: AUTO_CLOSE,
        // Required for, and only allowed with, a condition on log entries.
        notificationRateLimit: alarm.condition.conditionMatchedLog ? { period: WINDOW } : undefined,
      },
      documentation: { content: alarm.documentation, mimeType: 'text/markdown' },
      userLabels: { ...platform.labels, ...service.labels },
    });

  add('errors', {
    title: `more than ${props.alarms.errorPercent} % of the responses were 5xx for five minutes`,
    severity: 'CRITICAL',
    documentation: `Clients of **${id}** get server errors, those of the load balancer itself (no healthy instance) included. Look at the request log and the journal.`,
    condition: { conditionThreshold: errorShare(service, props.alarms.errorPercent / 100) },
  });
  const { latencyMilliseconds } = props.alarms;
  if (latencyMilliseconds !== false) {
    add('latency', {
      title: `p95 response time above ${latencyMilliseconds} ms for five minutes`,
      severity: 'WARNING',
      documentation: `**${id}** answers slowly. Look at the CPU use of its instances and at what it waits for.`,
      condition: { conditionThreshold: latency(service, latencyMilliseconds) },
    });
  }
  add('unhealthy', {
    title: 'an instance became unhealthy',
    severity: 'WARNING',
    documentation: `An instance of **${id}** stopped answering its health check, or was replaced because it never answered it. Look at its journal, or at its serial console when the journal is silent.`,
    condition: { conditionMatchedLog: { filter: unhealthy(service) } },
  });
}

function requests({ name }: GcpService): string {
  return [
    'resource.type="https_lb_rule"',
    `resource.labels.url_map_name="${name('https')}"`,
    'metric.type="loadbalancing.googleapis.com/https/request_count"',
  ].join(' AND ');
}

/** Share of 5xx answers, 0 to 1. `request_count` is a DELTA count; `response_code_class` 500 stands for 5xx (Metrics list, loadbalancing). */
function errorShare(service: GcpService, share: number): MonitoringAlertPolicyConditions['conditionThreshold'] {
  const total = [{ alignmentPeriod: WINDOW, perSeriesAligner: 'ALIGN_DELTA', crossSeriesReducer: 'REDUCE_SUM' }];
  return {
    filter: `${requests(service)} AND metric.labels.response_code_class="500"`,
    aggregations: total,
    denominatorFilter: requests(service),
    denominatorAggregations: total,
    comparison: 'COMPARISON_GT',
    thresholdValue: share,
    duration: '0s',
    trigger: { count: 1 },
  };
}

/** `backend_latencies` is a distribution in milliseconds, from the proxy's request to the backend's last byte (same page). */
function latency(service: GcpService, milliseconds: number): MonitoringAlertPolicyConditions['conditionThreshold'] {
  return {
    filter: [
      'resource.type="https_lb_rule"',
      `resource.labels.url_map_name="${service.name('https')}"`,
      'metric.type="loadbalancing.googleapis.com/https/backend_latencies"',
    ].join(' AND '),
    aggregations: [
      { alignmentPeriod: WINDOW, perSeriesAligner: 'ALIGN_DELTA', crossSeriesReducer: 'REDUCE_PERCENTILE_95' },
    ],
    comparison: 'COMPARISON_GT',
    thresholdValue: milliseconds,
    duration: '0s',
    trigger: { count: 1 },
  };
}

/**
 * An instance that was healthy and no longer is, or one that autohealing replaces (a system event of the group). An
 * instance that boots is unhealthy too, but says so from the state unknown.
 */
function unhealthy(service: GcpService): string {
  const { platform, name } = service;
  const failed = [
    healthCheckLog(service),
    'jsonPayload.healthCheckProbeResult.previousHealthState="HEALTHY"',
    'jsonPayload.healthCheckProbeResult.healthState="UNHEALTHY"',
  ].join(' AND ');
  const replaced = [
    `logName="projects/${platform.project}/logs/cloudaudit.googleapis.com%2Fsystem_event"`,
    'protoPayload.methodName="compute.instances.repair.recreateInstance"',
    `protoPayload.resourceName=~"/instances/${name()}-[a-z0-9]{4}$"`,
  ].join(' AND ');
  return `(${failed}) OR (${replaced})`;
}

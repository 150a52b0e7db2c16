import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditions,
} from '@cdktf/provider-google/lib/monitoring-alert-policy';
import { MonitoringUptimeCheckConfig } from '@cdktf/provider-google/lib/monitoring-uptime-check-config';
import { addNotificationChannels } from '../foundation/notification-channels';
import type { GcpHttpsLbTlsService } from '../tls-service/https-lb';
import { LEASE_MARGIN_SECONDS } from '../../sandbox-fleet/resolve';
import { demandSelector } from './demand';
import type { GcpFleet } from './fleet';
import type { GcpQueues } from './queue';
import { atLeast, minus, spotAtMost } from './runners';

/** An incident without news ends by itself after this time. */
const AUTO_CLOSE = '1800s';
const EVALUATED = '60s';

/** Makes alert policies of one fleet, all told to the same channels. */
export type AddAlarm = (id: string, alarm: Alarm) => MonitoringAlertPolicy;

interface Alarm {
  readonly title: string;
  readonly severity: 'CRITICAL' | 'WARNING';
  readonly documentation: string;
  readonly condition: Omit<MonitoringAlertPolicyConditions, 'displayName'>;
}

/**
 * Alarms of a fleet:
 *
 * | alarm | rises when |
 * |---|---|
 * | `dead-letters` | a job was put aside: none of its attempts ended |
 * | `oldest-wait` | the oldest waiting job has waited longer than `alarms.oldestWaitSeconds` for three minutes |
 * | `slow-start` | p95 of the time from a job's acceptance to its first event is above `alarms.startSeconds` over five minutes |
 * | `queue-age` | for five minutes the oldest message is older than a job may wait and run |
 * | `at-maximum` | the spot group has been as large as it may be for ten minutes |
 * | `no-demand` | for three minutes no gateway published the demand: none is there, or the event store is away |
 *
 * @returns what adds one more
 */
export function addFleetAlarms(fleet: GcpFleet, { jobs, deadLetters }: GcpQueues): AddAlarm {
  const { scope, name, platform, labels, props } = fleet;
  const notificationChannels = addNotificationChannels(fleet, props.alarms.emails);
  const add: AddAlarm = (id, { title, severity, documentation, condition }) =>
    new MonitoringAlertPolicy(scope, `alarm-${id}`, {
      displayName: `${name()}: ${title}`,
      combiner: 'OR',
      severity,
      conditions: [{ ...condition, displayName: title }],
      notificationChannels,
      alertStrategy: { autoClose: AUTO_CLOSE },
      documentation: { content: documentation, mimeType: 'text/markdown' },
      userLabels: { ...platform.labels, ...labels },
    });
  add('dead-letters', {
    title: 'a job failed in all of its attempts',
    severity: 'WARNING',
    documentation: 'The job is a dead letter. Look at it with `./sandpiper dlq list`.',
    condition: {
      conditionThreshold: above(
        0,
        [
          'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages"',
          'resource.type = "pubsub_subscription"',
          `resource.labels.subscription_id = "${deadLetters.subscription.name}"`,
        ],
        '0s',
      ),
    },
  });
  add('oldest-wait', {
    title: `a job has waited for more than ${props.alarms.oldestWaitSeconds} s for three minutes`,
    severity: 'WARNING',
    documentation: 'Jobs wait longer than they should: look at the size of the fleet and whether its machines boot.',
    condition: promql(
      `max_over_time(${demandSelector(fleet, 'OldestWaitSeconds')}[1m]) > ${props.alarms.oldestWaitSeconds}`,
      '180s',
    ),
  });
  add('slow-start', {
    title: `p95 time until a job begins above ${props.alarms.startSeconds} s for five minutes`,
    severity: 'WARNING',
    documentation: 'Look at the size of the fleet and at the journal of its machines.',
    condition: promql(
      `histogram_quantile(0.95, sum by (le) (rate(${demandSelector(fleet, 'QueueWaitSeconds', '_bucket')}[5m]))) > ${props.alarms.startSeconds}`,
      '0s',
    ),
  });
  add('queue-age', {
    title: 'a message is older than a job may wait and run',
    severity: 'WARNING',
    documentation: 'Look whether machines are in service and reach the queue.',
    condition: {
      conditionThreshold: above(
        props.alarms.oldestWaitSeconds + props.maximumJobSeconds + LEASE_MARGIN_SECONDS,
        [
          'metric.type = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"',
          'resource.type = "pubsub_subscription"',
          `resource.labels.subscription_id = "${jobs.subscription.name}"`,
        ],
        '300s',
      ),
    },
  });
  add('no-demand', {
    title: 'no gateway has published the demand for three minutes',
    severity: 'CRITICAL',
    documentation:
      'No gateway is there, or the event store is away. The fleet keeps its size until the demand comes again.',
    condition: promql(`absent_over_time(${demandSelector(fleet, 'SlotsWanted')}[3m])`, '0s'),
  });
  add('at-maximum', {
    title: 'the fleet has had its maximum size for ten minutes',
    severity: 'WARNING',
    documentation: 'Raise `capacity.maxInstances` (`runner_max_instances` of the stack), or see what keeps it busy.',
    condition: {
      conditionThreshold: above(
        // Sizes are whole, and alarms know no "as large as". A fleet that may have no spot machine is never told of.
        minus(atLeast(1, spotAtMost(props.capacity)), 0.5),
        [
          'metric.type = "compute.googleapis.com/instance_group/size"',
          'resource.type = "instance_group"',
          `resource.labels.instance_group_name = "${fleet.name('spot')}"`,
        ],
        '600s',
      ),
    },
  });
  return add;
}

/** Rises when for three minutes nobody out there was answered by a gateway: Google asks for a public path from several regions. */
export function addGatewayAlarm(
  { scope, name, platform, labels }: GcpFleet,
  gateway: GcpHttpsLbTlsService,
  add: AddAlarm,
): void {
  const check = new MonitoringUptimeCheckConfig(scope, 'gateway-check', {
    displayName: `${name()}: the gateway answers`,
    period: '60s',
    timeout: '10s',
    httpCheck: {
      path: '/v1/languages',
      port: 443,
      useSsl: true,
      validateSsl: gateway.hostName !== gateway.loadBalancerAddress,
    },
    monitoredResource: {
      type: 'uptime_url',
      labels: { project_id: platform.project, host: gateway.hostName },
    },
    userLabels: { ...platform.labels, ...labels },
  });
  add('no-gateway', {
    title: 'no gateway answers',
    severity: 'CRITICAL',
    documentation:
      'Nobody can submit a job. Look at the health of the instances behind the load balancer, then at its log.',
    condition: {
      conditionThreshold: {
        filter: [
          'metric.type = "monitoring.googleapis.com/uptime_check/check_passed"',
          'resource.type = "uptime_url"',
          `metric.labels.check_id = "${check.uptimeCheckId}"`,
        ].join(' AND '),
        // Regions that were not answered; one alone may be cut off itself.
        aggregations: [
          {
            alignmentPeriod: '60s',
            perSeriesAligner: 'ALIGN_NEXT_OLDER',
            crossSeriesReducer: 'REDUCE_COUNT_FALSE',
            groupByFields: ['resource.label.host'],
          },
        ],
        comparison: 'COMPARISON_GT',
        thresholdValue: 1,
        duration: '180s',
        trigger: { count: 1 },
      },
    },
  });
}

/** A query in PromQL: it may name a metric that was not published yet, which a filter may not. */
function promql(query: string, duration: string): Alarm['condition'] {
  return {
    conditionPrometheusQueryLanguage: {
      query,
      duration,
      evaluationInterval: EVALUATED,
      disableMetricValidation: true,
    },
  };
}

function above(
  thresholdValue: number,
  filter: readonly string[],
  duration: string,
): MonitoringAlertPolicyConditions['conditionThreshold'] {
  return {
    filter: filter.join(' AND '),
    aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_MAX', crossSeriesReducer: 'REDUCE_SUM' }],
    comparison: 'COMPARISON_GT',
    thresholdValue,
    duration,
    trigger: { count: 1 },
  };
}

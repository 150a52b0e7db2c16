import { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard';
import type { GcpHttpsLbTlsService } from '../tls-service/https-lb';
import { demandFilter } from './demand';
import type { GcpFleet } from './fleet';
import type { GcpQueues } from './queue';

/** One line of a graph, or one for each value of a label. */
interface Line {
  readonly label: string;
  readonly filter: string;
  readonly aligner: string;
  readonly reducer?: string;
  /** One line for each of its values. */
  readonly by?: string;
}

const MINUTE = '60s';
const COLUMNS = 12;
const WIDTH = 6;
const HEIGHT = 4;

/** The playground at a glance: demand and machines, jobs and their waits, queue and dead letters, the front. */
export function addDashboard(fleet: GcpFleet, queues: GcpQueues, gateway: GcpHttpsLbTlsService): MonitoringDashboard {
  const graphs = [
    ['Demand and machines', demandLines(fleet)],
    ['Jobs', jobLines(fleet)],
    ['Waits in seconds', waitLines(fleet, queues)],
    ['Ends of jobs, a minute', outcomeLines(fleet)],
    ['Queues', queueLines(queues)],
    ['Front', frontLines(gateway)],
  ] as const;
  return new MonitoringDashboard(fleet.scope, 'dashboard', {
    project: fleet.platform.project,
    dashboardJson: JSON.stringify({
      displayName: fleet.name(),
      mosaicLayout: {
        columns: COLUMNS,
        tiles: graphs.map(([title, lines], index) => ({
          xPos: (index % 2) * WIDTH,
          yPos: Math.floor(index / 2) * HEIGHT,
          width: WIDTH,
          height: HEIGHT,
          widget: { title, xyChart: { dataSets: lines.map(toDataSet) } },
        })),
      },
    }),
  });
}

function toDataSet({ label, filter, aligner, reducer = 'REDUCE_MAX', by }: Line) {
  return {
    plotType: 'LINE',
    // Terraform reads two dollars as one; the dashboard puts the label's value there.
    legendTemplate: by === undefined ? label : `$$\{${by}}`,
    timeSeriesQuery: {
      timeSeriesFilter: {
        filter,
        aggregation: {
          alignmentPeriod: MINUTE,
          perSeriesAligner: aligner,
          crossSeriesReducer: reducer,
          ...(by === undefined ? {} : { groupByFields: [by] }),
        },
      },
    },
  };
}

function demandLines(fleet: GcpFleet): readonly Line[] {
  const published = { aligner: 'ALIGN_MAX' };
  const size = (kind: 'base' | 'spot', label: string): Line => ({
    label,
    filter: [
      'metric.type = "compute.googleapis.com/instance_group/size"',
      'resource.type = "instance_group"',
      `resource.labels.instance_group_name = "${fleet.name(kind)}"`,
    ].join(' AND '),
    aligner: 'ALIGN_MAX',
    reducer: 'REDUCE_SUM',
  });
  return [
    { ...published, filter: demandFilter(fleet, 'SlotsWanted'), label: 'slots wanted' },
    { ...published, filter: demandFilter(fleet, 'SlotsInService'), label: 'slots in service' },
    { ...published, filter: demandFilter(fleet, 'InstancesInService'), label: 'runners that take jobs' },
    size('base', 'standard machines'),
    size('spot', 'spot machines'),
  ];
}

function jobLines(fleet: GcpFleet): readonly Line[] {
  return [
    { filter: demandFilter(fleet, 'JobsRunning'), aligner: 'ALIGN_MAX', label: 'running' },
    { filter: demandFilter(fleet, 'JobsWaiting'), aligner: 'ALIGN_MAX', label: 'waiting' },
  ];
}

function waitLines(fleet: GcpFleet, { jobs }: GcpQueues): readonly Line[] {
  return [
    {
      filter: demandFilter(fleet, 'QueueWaitSeconds'),
      aligner: 'ALIGN_DELTA',
      reducer: 'REDUCE_PERCENTILE_95',
      label: 'wait, p95',
    },
    { filter: demandFilter(fleet, 'OldestWaitSeconds'), aligner: 'ALIGN_MAX', label: 'oldest that waits' },
    {
      filter: subscriptionFilter(jobs, 'oldest_unacked_message_age'),
      aligner: 'ALIGN_MAX',
      label: 'oldest that has not ended',
    },
  ];
}

function outcomeLines(fleet: GcpFleet): readonly Line[] {
  return [
    {
      filter: demandFilter(fleet, 'JobsEnded'),
      aligner: 'ALIGN_DELTA',
      reducer: 'REDUCE_SUM',
      by: 'metric.labels.outcome',
      label: 'outcome',
    },
  ];
}

function queueLines({ jobs, deadLetters }: GcpQueues): readonly Line[] {
  const undelivered = 'num_undelivered_messages';
  return [
    { filter: subscriptionFilter(jobs, undelivered), aligner: 'ALIGN_MAX', label: 'queued or held by runners' },
    { filter: subscriptionFilter(deadLetters, undelivered), aligner: 'ALIGN_MAX', label: 'dead letters' },
  ];
}

function frontLines({ urlMap }: GcpHttpsLbTlsService): readonly Line[] {
  const front = (metric: string, also = ''): string =>
    `metric.type = "loadbalancing.googleapis.com/https/${metric}" AND resource.type = "https_lb_rule" AND resource.labels.url_map_name = "${urlMap.name}"${also}`;
  return [
    { filter: front('request_count'), aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM', label: 'requests' },
    {
      filter: front('request_count', ' AND metric.labels.response_code_class = "500"'),
      aligner: 'ALIGN_DELTA',
      reducer: 'REDUCE_SUM',
      label: 'errors',
    },
    {
      filter: front('backend_latencies'),
      aligner: 'ALIGN_DELTA',
      reducer: 'REDUCE_PERCENTILE_95',
      label: 'milliseconds of an answer, p95',
    },
  ];
}

function subscriptionFilter({ subscription }: GcpQueues['jobs'], metric: string): string {
  return [
    `metric.type = "pubsub.googleapis.com/subscription/${metric}"`,
    'resource.type = "pubsub_subscription"',
    `resource.labels.subscription_id = "${subscription.name}"`,
  ].join(' AND ');
}

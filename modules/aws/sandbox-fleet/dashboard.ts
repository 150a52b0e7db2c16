import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import type { AwsAlbTlsService } from '../tls-service/alb';
import { demandMetric, type MetricRead } from './demand';
import { JOB_OUTCOMES } from '../../../contracts/outcomes';
import type { AwsFleet } from './fleet';
import type { AwsQueues } from './queue';

/** One line of a graph. */
type Line = MetricRead & { readonly label: string };

const MINUTE = 60;
const WIDTH = 12;
const HEIGHT = 6;

/** The playground at a glance: demand and machines, jobs and their waits, queue and dead letters, the front. */
export function addDashboard(fleet: AwsFleet, queues: AwsQueues, gateway: AwsAlbTlsService): CloudwatchDashboard {
  const graphs = [
    ['Demand and machines', demandLines(fleet)],
    ['Jobs', jobLines(fleet)],
    ['Waits in seconds', waitLines(fleet, queues)],
    ['Ends of jobs, a minute', outcomeLines(fleet)],
    ['Queues', queueLines(queues)],
    ['Front', frontLines(gateway)],
  ] as const;
  return new CloudwatchDashboard(fleet.scope, 'dashboard', {
    dashboardName: fleet.name(),
    dashboardBody: JSON.stringify({
      widgets: graphs.map(([title, lines], index) => ({
        type: 'metric',
        x: (index % 2) * WIDTH,
        y: Math.floor(index / 2) * HEIGHT,
        width: WIDTH,
        height: HEIGHT,
        properties: {
          title,
          region: fleet.platform.region,
          view: 'timeSeries',
          stacked: false,
          metrics: lines.map(toMetric),
          yAxis: { left: { min: 0 } },
        },
      })),
    }),
  });
}

/** A line in a dashboard's own form: namespace, name, dimensions one after the other, then how it is drawn. */
function toMetric({ namespace, metricName, dimensions, period, stat, label }: Line): readonly unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { period, stat, label }];
}

function demandLines(fleet: AwsFleet): readonly Line[] {
  const group = { namespace: 'AWS/AutoScaling', dimensions: { AutoScalingGroupName: fleet.name() } };
  return [
    { ...demandMetric(fleet, 'SlotsWanted', MINUTE), label: 'slots wanted' },
    { ...demandMetric(fleet, 'SlotsInService', MINUTE), label: 'slots in service' },
    { ...demandMetric(fleet, 'InstancesInService', MINUTE), label: 'runners that take jobs' },
    { ...group, metricName: 'GroupDesiredCapacity', period: MINUTE, stat: 'Maximum', label: 'machines asked for' },
    { ...group, metricName: 'GroupInServiceInstances', period: MINUTE, stat: 'Maximum', label: 'machines in service' },
  ];
}

function jobLines(fleet: AwsFleet): readonly Line[] {
  return [
    { ...demandMetric(fleet, 'JobsRunning', MINUTE), label: 'running' },
    { ...demandMetric(fleet, 'JobsWaiting', MINUTE), label: 'waiting' },
  ];
}

function waitLines(fleet: AwsFleet, { jobs }: AwsQueues): readonly Line[] {
  return [
    { ...demandMetric(fleet, 'QueueWaitSeconds', MINUTE, { stat: 'p95' }), label: 'wait, p95' },
    { ...demandMetric(fleet, 'OldestWaitSeconds', MINUTE), label: 'oldest that waits' },
    {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: jobs.name },
      period: MINUTE,
      stat: 'Maximum',
      label: 'oldest that has not ended',
    },
  ];
}

function outcomeLines(fleet: AwsFleet): readonly Line[] {
  return JOB_OUTCOMES.map((outcome) => ({
    ...demandMetric(fleet, 'JobsEnded', MINUTE, { stat: 'Sum', dimensions: { Outcome: outcome } }),
    label: outcome,
  }));
}

function queueLines({ jobs, deadLetters }: AwsQueues): readonly Line[] {
  const visible = { namespace: 'AWS/SQS', period: MINUTE, stat: 'Maximum' };
  return [
    {
      ...visible,
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: jobs.name },
      label: 'in the queue',
    },
    {
      ...visible,
      metricName: 'ApproximateNumberOfMessagesNotVisible',
      dimensions: { QueueName: jobs.name },
      label: 'held by runners',
    },
    {
      ...visible,
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: deadLetters.name },
      label: 'dead letters',
    },
  ];
}

function frontLines({ loadBalancer, targetGroup }: AwsAlbTlsService): readonly Line[] {
  const balancer = { LoadBalancer: loadBalancer.arnSuffix };
  const both = { ...balancer, TargetGroup: targetGroup.arnSuffix };
  const front = { namespace: 'AWS/ApplicationELB', period: MINUTE };
  return [
    { ...front, metricName: 'ActiveConnectionCount', dimensions: balancer, stat: 'Sum', label: 'connections' },
    {
      ...front,
      metricName: 'HTTPCode_ELB_5XX_Count',
      dimensions: balancer,
      stat: 'Sum',
      label: 'errors of the balancer',
    },
    { ...front, metricName: 'HTTPCode_Target_5XX_Count', dimensions: both, stat: 'Sum', label: 'errors of gateways' },
    { ...front, metricName: 'HealthyHostCount', dimensions: both, stat: 'Minimum', label: 'healthy gateways' },
  ];
}

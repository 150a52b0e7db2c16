import { JOB_METRICS, type DemandMetric, type JobMetric, type SPOT_SLOTS_WANTED } from '../../../contracts/metrics';
import type { GcpFleet } from './fleet';

type PublishedMetric = DemandMetric | JobMetric | typeof SPOT_SLOTS_WANTED;

/** Task of the published demand: one for each fleet, whichever gateway publishes it. What each gateway says of its own jobs has a task of its own. */
const TASK = 'demand';

/** Where a metric of a fleet belongs: labels of the resource `generic_task`. */
function labelsOf({ platform, id }: GcpFleet, metric: PublishedMetric): Readonly<Record<string, string>> {
  const isOfEach = (JOB_METRICS as readonly string[]).includes(metric);
  return {
    location: platform.region,
    namespace: `${platform.application}-${platform.environment}`,
    job: id,
    ...(isOfEach ? {} : { task_id: TASK }),
  };
}

/** `SlotsWanted` is `custom.googleapis.com/sandpiper/slots_wanted`. */
export function metricType(metric: PublishedMetric): string {
  return `custom.googleapis.com/sandpiper/${snakeCase(metric)}`;
}

/** Values of one metric of the fleet: a filter of Cloud Monitoring. */
export function demandFilter(fleet: GcpFleet, metric: PublishedMetric): string {
  return `metric.type = "${metricType(metric)}" AND ${resourceFilter(fleet, metric)}`;
}

/** The same without the metric. An autoscaler's filter takes equalities only ("Scaling based on Cloud Monitoring metrics"). */
export function resourceFilter(fleet: GcpFleet, metric: PublishedMetric): string {
  const labels = Object.entries(labelsOf(fleet, metric)).map(([name, value]) => `resource.labels.${name} = "${value}"`);
  return ['resource.type = "generic_task"', ...labels].join(' AND ');
}

/**
 * The same as PromQL selects it. Alerts are written so, for a policy with a filter is refused until the metric was published once
 * ("Cloud Monitoring metrics in PromQL": slashes and dots become underscores, but the first slash a colon).
 */
export function demandSelector(fleet: GcpFleet, metric: PublishedMetric, suffix: '' | '_bucket' = ''): string {
  const labels = Object.entries({ monitored_resource: 'generic_task', ...labelsOf(fleet, metric) });
  return `custom_googleapis_com:sandpiper_${snakeCase(metric)}${suffix}{${labels.map(([name, value]) => `${name}="${value}"`).join(',')}}`;
}

function snakeCase(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

import * as os from 'node:os';
import { GoogleAuth, type AuthClient } from 'google-auth-library';
import type { JobFigures } from './job-figures';
import type { DemandDestination } from '../../../contracts/demand-destination';
import type { DemandSink } from './sink';

const SCOPE = 'https://www.googleapis.com/auth/monitoring.write';
const CALL_MS = 5_000;
/** Task of the demand, whichever gateway publishes it: one series each, as the autoscaler's filter has it. */
const TASK = 'demand';
/** Bounds of the waits' buckets, in seconds. */
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export interface MonitoringSinkOptions {
  /** @default 'https://monitoring.googleapis.com' */
  readonly endpoint?: string;
  /** @default - the identity of the environment or the machine */
  readonly client?: AuthClient;
}

/**
 * Writes time series of Cloud Monitoring (projects.timeSeries.create), whose descriptors the first write makes. One writer at a time has a
 * series: the demand's writers take turns, and what a gateway says of its own jobs has a task of its own.
 */
export function monitoringSink(
  { project, region, environment, fleet }: DemandDestination,
  { endpoint = 'https://monitoring.googleapis.com', client }: MonitoringSinkOptions = {},
): DemandSink {
  const auth = new GoogleAuth({ scopes: SCOPE, ...(client ? { authClient: client } : {}) });
  const url = `${endpoint}/v3/projects/${project}/timeSeries`;
  const own = `${os.hostname()}-${process.pid}`;
  const write = async (task: string, series: readonly Series[]): Promise<void> => {
    const labels = { project_id: project, location: region, namespace: environment, job: fleet, task_id: task };
    const resource = { type: 'generic_task', labels };
    const data = { timeSeries: series.map((one) => ({ ...one, resource })) };
    await auth.request({ url, method: 'POST', data, timeout: CALL_MS, retry: false, fetchImplementation: fetch });
  };
  return {
    publishDemand: (demand) => {
      const interval = { endTime: new Date().toISOString() };
      return write(
        TASK,
        Object.entries(demand).map(([name, doubleValue]) => ({
          metric: { type: metricType(name) },
          metricKind: 'GAUGE',
          valueType: 'DOUBLE',
          points: [{ interval, value: { doubleValue: doubleValue as number } }],
        })),
      );
    },
    publishJobs: async (figures) => {
      const series = jobSeries(figures);
      if (series.length > 0) await write(own, series);
    },
    close: () => {},
  };
}

interface Series {
  readonly metric: { readonly type: string; readonly labels?: Readonly<Record<string, string>> };
  readonly metricKind: string;
  readonly valueType: string;
  readonly points: readonly unknown[];
}

function jobSeries({ sinceMs, ended, waits }: JobFigures): readonly Series[] {
  const interval = { startTime: new Date(sinceMs).toISOString(), endTime: new Date().toISOString() };
  const series: Series[] = [...ended].map(([outcome, count]) => ({
    metric: { type: metricType('JobsEnded'), labels: { outcome } },
    metricKind: 'CUMULATIVE',
    valueType: 'INT64',
    // Whole numbers are strings in Google's JSON.
    points: [{ interval, value: { int64Value: String(count) } }],
  }));
  if (waits.size > 0) {
    series.push({
      metric: { type: metricType('QueueWaitSeconds') },
      metricKind: 'CUMULATIVE',
      valueType: 'DISTRIBUTION',
      points: [{ interval, value: { distributionValue: distribution(waits) } }],
    });
  }
  return series;
}

function distribution(waits: ReadonlyMap<number, number>) {
  const counts: number[] = new Array<number>(BOUNDS.length + 1).fill(0);
  let [count, sum] = [0, 0];
  for (const [seconds, times] of waits) {
    // Bucket i holds what is at least bound i - 1 and below bound i (Distribution.BucketOptions).
    counts[BOUNDS.filter((bound) => bound <= seconds).length]! += times;
    count += times;
    sum += seconds * times;
  }
  const mean = sum / count;
  const deviation = [...waits].reduce((total, [seconds, times]) => total + times * (seconds - mean) ** 2, 0);
  return {
    count: String(count),
    mean,
    sumOfSquaredDeviation: deviation,
    bucketOptions: { explicitBuckets: { bounds: BOUNDS } },
    bucketCounts: counts.map(String),
  };
}

/** `SlotsWanted` is `custom.googleapis.com/sandpiper/slots_wanted`. */
function metricType(name: string): string {
  return `custom.googleapis.com/sandpiper/${name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}`;
}

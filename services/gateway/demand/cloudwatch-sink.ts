import {
  CloudWatchClient,
  PutMetricDataCommand,
  type CloudWatchClientConfig,
  type MetricDatum,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Demand } from './demand';
import type { DemandDestination } from '../../../contracts/demand-destination';
import type { DemandSink } from './sink';

const NAMESPACE = 'Sandpiper';
/** Values of one datum at most (PutMetricData, API reference: MetricDatum). */
const MAXIMUM_VALUES = 150;
const CALL_MS = 5_000;

/** @param client endpoint and credentials. @default those of the environment or the machine */
export function cloudwatchSink(
  { region, environment, fleet }: DemandDestination,
  client: CloudWatchClientConfig = {},
): DemandSink {
  const requestHandler = { connectionTimeout: CALL_MS, requestTimeout: CALL_MS };
  const cloudwatch = new CloudWatchClient({ region, maxAttempts: 2, requestHandler, ...client });
  const ofFleet = [
    { Name: 'Environment', Value: environment },
    { Name: 'Fleet', Value: fleet },
  ];
  const put = async (data: readonly MetricDatum[]): Promise<void> => {
    const stamped = data.map((datum) => ({ Timestamp: new Date(), Dimensions: ofFleet, ...datum }));
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData: stamped }));
  };
  /** Counts that were taken already. */
  const sent = { ended: new Map<string, number>(), waits: new Map<number, number>() };

  return {
    publishDemand: (demand) =>
      put(
        Object.entries(demand).map(([MetricName, Value]) => ({
          MetricName,
          Value: Value as number,
          Unit: unitOf(MetricName as keyof Demand),
          // High resolution: an alarm or a policy may ask each ten seconds.
          StorageResolution: 1,
        })),
      ),
    publishJobs: async (figures) => {
      const ended = growth(figures.ended, sent.ended);
      const waits = growth(figures.waits, sent.waits);
      const data: MetricDatum[] = ended.map(([outcome, Value]) => ({
        MetricName: 'JobsEnded',
        Dimensions: [...ofFleet, { Name: 'Outcome', Value: outcome }],
        Value,
        Unit: 'Count',
      }));
      for (let first = 0; first < waits.length; first += MAXIMUM_VALUES) {
        const some = waits.slice(first, first + MAXIMUM_VALUES);
        const Values = some.map(([seconds]) => seconds);
        const Counts = some.map(([, count]) => count);
        data.push({ MetricName: 'QueueWaitSeconds', Values, Counts, Unit: 'Seconds' });
      }
      if (data.length === 0) return;
      await put(data);
      remember(ended, sent.ended);
      remember(waits, sent.waits);
    },
    close: () => cloudwatch.destroy(),
  };
}

function unitOf(metric: keyof Demand): StandardUnit {
  return metric.endsWith('Seconds') ? 'Seconds' : 'Count';
}

/** By how much each count has grown, of those that have. */
function growth<K>(now: ReadonlyMap<K, number>, before: ReadonlyMap<K, number>): [K, number][] {
  return [...now].map(([key, count]): [K, number] => [key, count - (before.get(key) ?? 0)]).filter(([, by]) => by > 0);
}

function remember<K>(grown: readonly [K, number][], counts: Map<K, number>): void {
  for (const [key, by] of grown) counts.set(key, (counts.get(key) ?? 0) + by);
}

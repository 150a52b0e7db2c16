import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient, type PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { PassThroughClient } from 'google-auth-library';
import { cloudwatchSink } from '../../../services/gateway/demand/cloudwatch-sink';
import { demandOf } from '../../../services/gateway/demand/demand';
import { tallyJobs } from '../../../services/gateway/demand/job-figures';
import { monitoringSink } from '../../../services/gateway/demand/monitoring-sink';
import type { DemandDestination } from '../../../contracts/demand-destination';
import type { DemandSink } from '../../../services/gateway/demand/sink';
import { errorEventSchema, exitReasonSchema } from '../../../services/protocol/events';

/** A metric that the project's own programs publish. */
export interface Emitted {
  /** CloudWatch's namespace, or the domain and first part of a type of Cloud Monitoring. */
  readonly namespace: string;
  readonly name: string;
  /** Cloud Monitoring only. */
  readonly kind?: string;
  /** CloudWatch: dimensions; Cloud Monitoring: labels of the metric. */
  readonly labels: Readonly<Record<string, string>>;
  /** Cloud Monitoring only: type and labels of the resource. */
  readonly resource?: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
}

const destination = { region: 'a-region', environment: 'an-environment', fleet: 'a-fleet' };
/** How jobs can end, as the protocol has it. */
export const OUTCOMES: readonly string[] = [...exitReasonSchema.options, ...errorEventSchema.shape.code.options];

/** Lets the gateway's own code publish everything that it can. */
async function publishAll(open: (destination: DemandDestination) => DemandSink, service: DemandDestination['service']) {
  const sink = open({ ...destination, service, ...(service === 'monitoring' ? { project: 'a-project' } : {}) });
  const load = { waiting: 1, running: 1, oldestWaitMs: 1000, runners: 1, slots: 4 };
  const model = { utilizationPercent: 80, meanJobMs: 3000, clearSeconds: 30 };
  await sink.publishDemand(demandOf(load, { ...model, ...(service === 'monitoring' ? { baseSlots: 4 } : {}) }));
  const tally = tallyJobs();
  for (const outcome of OUTCOMES) tally.ended(outcome);
  tally.began(1);
  await sink.publishJobs(tally.figures);
  sink.close();
}

/** What gateways publish to CloudWatch. */
export async function emittedToCloudWatch(): Promise<readonly Emitted[]> {
  const inputs: PutMetricDataCommandInput[] = [];
  const send = jest.spyOn(CloudWatchClient.prototype, 'send').mockImplementation((command) => {
    inputs.push(command.input as PutMetricDataCommandInput);
  });
  await publishAll((to) => cloudwatchSink(to), 'cloudwatch');
  send.mockRestore();
  return inputs.flatMap(({ Namespace, MetricData = [] }) =>
    MetricData.map(({ MetricName, Dimensions = [] }) => ({
      namespace: Namespace!,
      name: MetricName!,
      labels: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name!, Value!])),
    })),
  );
}

interface Body {
  readonly timeSeries: readonly {
    readonly metric: { readonly type: string; readonly labels?: Readonly<Record<string, string>> };
    readonly metricKind: string;
    readonly resource: Emitted['resource'];
  }[];
}

/** What gateways publish to Cloud Monitoring. */
export async function emittedToMonitoring(): Promise<readonly Emitted[]> {
  const bodies: Body[] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      bodies.push(JSON.parse(text) as Body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await publishAll((to) => monitoringSink(to, { endpoint, client: new PassThroughClient() }), 'monitoring');
  await new Promise((resolve) => server.close(resolve));
  return bodies.flatMap(({ timeSeries }) =>
    timeSeries.map(({ metric, metricKind, resource }) => ({
      ...split(metric.type),
      kind: metricKind,
      labels: metric.labels ?? {},
      resource,
    })),
  );
}

/** `custom.googleapis.com/sandpiper/slots_wanted` is `slots_wanted` of `custom.googleapis.com/sandpiper`. */
export function split(type: string): { readonly namespace: string; readonly name: string } {
  const [domain, first, ...rest] = type.split('/');
  return domain === 'custom.googleapis.com'
    ? { namespace: `${domain}/${first}`, name: rest.join('/') }
    : { namespace: domain!, name: [first, ...rest].join('/') };
}

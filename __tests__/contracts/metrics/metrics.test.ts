import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { emittedToCloudWatch, emittedToMonitoring, OUTCOMES, type Emitted } from './emitted';
import published from './published-metrics.json';
import { readingsOnAws, readingsOnGcp, type Reading } from './read';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () => jest.requireActual<object>('../../kit/playground/artifact-manifest.json'),
}));

import { AwsStack } from '../../../stacks/aws-stack';
import { GcpStack } from '../../../stacks/gcp-stack';

const STACKS = { aws: synthesizedStack('aws-stack', AwsStack), gcp: synthesizedStack('gcp-stack', GcpStack) };
let emitted: { readonly aws: readonly Emitted[]; readonly gcp: readonly Emitted[] };

beforeAll(async () => {
  emitted = { aws: await emittedToCloudWatch(), gcp: await emittedToMonitoring() };
});

type Cloud = 'aws' | 'gcp';

/** What is wrong with what a stack reads; nothing, if all is well. */
function problemsOf(cloud: Cloud, stack: unknown): readonly string[] {
  try {
    const readings = cloud === 'aws' ? readingsOnAws(stack) : readingsOnGcp(stack);
    return readings.flatMap((reading) => {
      const problem = ownProblem(cloud, reading, stack) ?? (cloud === 'aws' ? awsProblem : gcpProblem)(reading, stack);
      return problem ? [`${reading.by}: ${reading.namespace} ${reading.name} ${problem}`] : [];
    });
  } catch (error) {
    return [(error as Error).message];
  }
}

const isOwn = (cloud: Cloud, { namespace }: Reading): boolean =>
  emitted[cloud].some((metric) => metric.namespace === namespace);
const keys = (labels: object): string => Object.keys(labels).sort().join(',');

/** Of the project's own: published by the gateway's code, under these labels, for this environment and fleet. */
function ownProblem(cloud: Cloud, reading: Reading, stack: unknown): string | false | undefined {
  if (!isOwn(cloud, reading)) return undefined;
  const named = emitted[cloud].filter(({ name }) => name === reading.name);
  if (named.length === 0) return 'is published by no gateway';
  const [, environment, fleet] =
    /\\"SANDPIPER_DEMAND\\":\\"(?:cloudwatch|monitoring):.*?\/([a-z0-9-]+)\/([a-z0-9-]+)\\"/.exec(
      JSON.stringify(stack),
    )!;
  const { resource, labels } = reading;
  const { Outcome: outcome, ...others } = labels;
  if (outcome !== undefined && !OUTCOMES.includes(outcome)) return `never has the outcome ${outcome}`;
  if (cloud === 'aws') {
    if (!named.some((metric) => keys(metric.labels) === keys(labels))) return `has no dimensions ${keys(labels)}`;
    const isOfFleet = others.Environment === environment && others.Fleet === fleet;
    return !isOfFleet && `is of ${JSON.stringify(others)}, and gateways publish for ${environment}/${fleet}`;
  }
  const [metric] = named;
  if (!keys(metric!.labels).includes(keys(labels))) return `has no labels ${keys(labels)}`;
  if (metric!.resource!.type !== resource!.type) return `is of no ${resource!.type}`;
  const unknown = Object.keys(resource!.labels).filter((label) => !(label in metric!.resource!.labels));
  if (unknown.length > 0) return `has no resource labels ${unknown.join(',')}`;
  const { namespace, job, task_id: task } = resource!.labels;
  if (namespace !== environment || job !== fleet) return `is of ${namespace}/${job}, not of ${environment}/${fleet}`;
  // What each gateway says of itself has a task of its own, which nobody can name.
  const isOfAll = metric!.resource!.labels.task_id === 'demand';
  if (task !== (isOfAll ? 'demand' : undefined)) return `is of the task ${task}`;
  return alignerProblem(reading, metric!.kind!) ?? false;
}

function awsProblem(reading: Reading, stack: any): string | undefined {
  const catalogue = (published.aws as Record<string, { metrics: Record<string, string[]> }>)[reading.namespace];
  if (catalogue === undefined) return 'is of a namespace that published-metrics.json does not hold';
  const sets = catalogue.metrics[reading.name];
  if (sets === undefined) return 'is not published';
  if (!sets.includes(keys(reading.labels))) return `has no dimensions ${keys(reading.labels)}`;
  for (const [dimension, value] of Object.entries(reading.labels)) {
    const [, type, name] = /^\$\{(\w+)\.([\w-]+)\./.exec(value) ?? [];
    if (type !== undefined && stack.resource[type]?.[name!] === undefined) return `is of ${value}, which is not there`;
    if (dimension !== 'AutoScalingGroupName') continue;
    const groups = Object.values<any>(stack.resource.aws_autoscaling_group);
    const group = groups.find((candidate) => candidate.name === value);
    if (group === undefined) return `is of ${value}, which is no group`;
    // A group publishes only what it was told to.
    if (!group.enabled_metrics.includes(reading.name)) return 'is not enabled on its group';
  }
  return undefined;
}

interface GoogleMetric {
  readonly kind: string;
  readonly resource: string;
  readonly labels: readonly string[];
}

function gcpProblem(reading: Reading): string | undefined {
  const catalogue = (published.gcp as Record<string, { metrics: Record<string, GoogleMetric> }>)[reading.namespace];
  if (catalogue === undefined) return 'is of a service that published-metrics.json does not hold';
  const metric = catalogue.metrics[reading.name];
  if (metric === undefined) return 'is not published';
  const { type, labels } = reading.resource!;
  if (type !== metric.resource) return `is of no ${type}`;
  const ofResource = (published.gcpResources.labels as Record<string, readonly string[]>)[type]!;
  const unknown = [
    ...Object.keys(labels).filter((label) => !ofResource.includes(label)),
    ...Object.keys(reading.labels).filter((label) => !metric.labels.includes(label)),
  ];
  if (unknown.length > 0) return `has no labels ${unknown.join(',')}`;
  return alignerProblem(reading, metric.kind);
}

/** A gauge has no growth, and what grows no value ("Filtering and aggregation": aligners by metric kind). */
function alignerProblem({ aligner }: Reading, kind: string): string | undefined {
  if (aligner === undefined) return undefined;
  const isGrowth = aligner === 'ALIGN_DELTA' || aligner === 'ALIGN_RATE';
  return isGrowth === (kind === 'GAUGE') ? `is a ${kind}, which ${aligner} does not take` : undefined;
}

describe.each(['aws', 'gcp'] as const)('alarms, dashboards and policies of the %s-stack', (cloud) => {
  const stack: any = STACKS[cloud];
  const readings = (): readonly Reading[] => (cloud === 'aws' ? readingsOnAws(stack) : readingsOnGcp(stack));
  const changed = (change: (text: string) => string): unknown => JSON.parse(change(JSON.stringify(stack)));

  it('read metrics that exist, with labels that these have', () => {
    expect(problemsOf(cloud, stack)).toEqual([]);
  });

  it('are all looked at: those of the user API, the gateway and the fleet', () => {
    const by = [...new Set(readings().map((reading) => reading.by))].join('\n');
    const kinds =
      cloud === 'aws'
        ? ['cloudwatch_metric_alarm', 'cloudwatch_dashboard', 'autoscaling_policy']
        : ['monitoring_alert_policy', 'monitoring_dashboard', 'compute_region_autoscaler'];
    for (const kind of kinds) expect(by).toContain(`_${kind}.`);
    for (const one of ['user-api_alarm-errors', 'playground_alarm-errors', 'playground-fleet_alarm-dead-letters']) {
      expect(by).toContain(one);
    }
    const alarms = Object.keys(
      stack.resource[cloud === 'aws' ? 'aws_cloudwatch_metric_alarm' : 'google_monitoring_alert_policy'] as object,
    );
    // On GCP an unhealthy instance is known from the log.
    const unread = alarms.filter((name) => !by.includes(name));
    expect(unread.filter((name) => cloud === 'aws' || !name.includes('alarm-unhealthy'))).toEqual([]);
  });

  it('read every metric that gateways publish', () => {
    const own = readings().filter((reading) => isOwn(cloud, reading));
    expect([...new Set(own.map(({ name }) => name))].sort()).toEqual(
      [...new Set(emitted[cloud].map(({ name }) => name))].sort(),
    );
  });

  it('cannot have a typing error in a name: each is tried', () => {
    const names = new Set(
      readings().map(({ namespace, name }) => (namespace.startsWith('custom.') ? `sandpiper/${name}` : name)),
    );
    expect(names.size).toBeGreaterThan(10);
    const unnoticed = [...names].filter((name) => {
      // In a filter, a dashboard (text in a text) or a query of PromQL.
      const written = `(?:${name}|${name.replace('/', '_')})`;
      const typed = changed((text) => text.replace(new RegExp(`(?<=["/:])${written}(?=\\\\*["{])`, 'g'), '$&x'));
      return problemsOf(cloud, typed).length === 0;
    });
    expect(unnoticed).toEqual([]);
  });

  it('cannot have a typing error in a label, a namespace or a resource: each is tried', () => {
    const words = new Set(
      readings().flatMap(({ namespace, labels, resource }) => [
        cloud === 'aws' ? namespace : namespace.replace('/sandpiper', ''),
        ...Object.keys(labels),
        ...(resource ? [resource.type, ...Object.keys(resource.labels)] : []),
      ]),
    );
    expect(words.size).toBeGreaterThan(6);
    const unnoticed = [...words].filter((word) => {
      const typed = changed((text) =>
        text.replace(new RegExp(`(["./,{ ]|labels\\.)${word.replaceAll('.', '\\.')}(?=[\\\\"/ =])`, 'g'), `$1${word}x`),
      );
      return problemsOf(cloud, typed).length === 0;
    });
    expect(unnoticed).toEqual([]);
  });
});

it.each<[string, Cloud, (stack: any) => void, RegExp]>([
  [
    'a dimension too many',
    'aws',
    (stack) => (alarm(stack, 'dead-letters').dimensions.Region = 'here'),
    /has no dimensions QueueName,Region/,
  ],
  [
    'a queue that is not there',
    'aws',
    (stack) => (alarm(stack, 'dead-letters').dimensions.QueueName = '${aws_sqs_queue.gone.name}'),
    /which is not there/,
  ],
  [
    'a metric that its group does not publish',
    'aws',
    (stack) =>
      Object.values<any>(stack.resource.aws_autoscaling_group).forEach((group) => (group.enabled_metrics = [])),
    /GroupMaxSize is not enabled on its group/,
  ],
  [
    'an id that no query has',
    'aws',
    (stack) => (alarm(stack, 'at-maximum').metric_query[2].expression = 'desired - maximun'),
    /nothing|no metric has the id maximun/,
  ],
  [
    'the fleet of another environment',
    'aws',
    (stack) => (alarm(stack, 'oldest-wait').dimensions.Environment = 'sandpiper-prod'),
    /gateways publish for sandpiper-dev\/playground-fleet/,
  ],
  [
    'an outcome that no job has',
    'aws',
    (stack) => {
      const [board] = Object.values<any>(stack.resource.aws_cloudwatch_dashboard);
      board.dashboard_body = board.dashboard_body.replace('"outOfMemory"', '"oom"');
    },
    /never has the outcome oom/,
  ],
  [
    'growth of a gauge',
    'gcp',
    (stack) => (alert(stack, 'dead-letters').aggregations[0].per_series_aligner = 'ALIGN_DELTA'),
    /is a GAUGE, which ALIGN_DELTA does not take/,
  ],
  [
    'a metric of another resource',
    'gcp',
    (stack) => {
      const condition = alert(stack, 'dead-letters');
      condition.filter = condition.filter.replace('"pubsub_subscription"', '"pubsub_topic"');
    },
    /is of no pubsub_topic/,
  ],
])('tells of %s', (_what, cloud, change, message) => {
  const stack = structuredClone(STACKS[cloud]);
  change(stack);
  expect(problemsOf(cloud, stack).join('\n')).toMatch(message);
});

function alarm(stack: any, id: string): any {
  return named(stack.resource.aws_cloudwatch_metric_alarm, `playground-fleet_alarm-${id}_`);
}

function alert(stack: any, id: string): any {
  const policy = named(stack.resource.google_monitoring_alert_policy, `playground-fleet_alarm-${id}_`);
  return policy.conditions[0].condition_threshold;
}

function named(resources: Record<string, any>, part: string): any {
  return Object.entries(resources).find(([name]) => name.includes(part))![1];
}

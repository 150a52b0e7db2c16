import { parseMetricMath } from '../../../bench/fleet/metric-math';
import { split } from './emitted';

/** A metric that an alarm, a graph or a policy of a stack reads. */
export interface Reading {
  /** Address of what reads it. */
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  /** CloudWatch: dimensions; Cloud Monitoring: labels of the metric. */
  readonly labels: Readonly<Record<string, string>>;
  /** Cloud Monitoring only: type and labels of the resource. */
  readonly resource?: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  /** How its values of a minute become one; Cloud Monitoring only. */
  readonly aligner?: string;
}

type Json = any;
type Named = Readonly<Record<string, Json>>;

const entries = (stack: Json, type: string): readonly (readonly [string, Json])[] =>
  Object.entries<Json>((stack.resource[type] ?? {}) as Named).map(([name, values]) => [`${type}.${name}`, values]);

/** Everything that alarms, dashboards and scaling policies of an AWS stack read. @throws Error when an expression cannot be read */
export function readingsOnAws(stack: Json): readonly Reading[] {
  const alarms = entries(stack, 'aws_cloudwatch_metric_alarm').flatMap(([by, alarm]) => {
    if (alarm.metric_query === undefined) return [cloudWatch(by, alarm)];
    checkExpressions(by, alarm.metric_query as Json[]);
    return (alarm.metric_query as Json[]).flatMap(({ metric }) => (metric ? [cloudWatch(by, metric)] : []));
  });
  const dashboards = entries(stack, 'aws_cloudwatch_dashboard').flatMap(([by, { dashboard_body: body }]) =>
    (JSON.parse(body as string) as Json).widgets.flatMap((widget: Json) =>
      widget.properties.metrics.map(([namespace, metric_name, ...rest]: Json[]) => {
        const pairs = rest.filter((part) => typeof part === 'string') as string[];
        const dimensions = Object.fromEntries(
          pairs.flatMap((key, index) => (index % 2 === 0 ? [[key, pairs[index + 1]!]] : [])),
        );
        return cloudWatch(by, { namespace, metric_name, dimensions });
      }),
    ),
  );
  const policies = entries(stack, 'aws_autoscaling_policy').flatMap(([by, policy]) => {
    const queries = (policy.target_tracking_configuration?.customized_metric_specification?.metrics ?? []) as Json[];
    checkExpressions(by, queries);
    return queries.flatMap(({ metric_stat: stat }) => {
      if (!stat) return [];
      const dimensions = Object.fromEntries(stat.metric.dimensions.map(({ name, value }: Json) => [name, value]));
      return [cloudWatch(by, { ...stat.metric, dimensions })];
    });
  });
  return [...alarms, ...dashboards, ...policies];
}

function cloudWatch(by: string, { namespace, metric_name, dimensions = {} }: Json): Reading {
  return { by, namespace, name: metric_name, labels: dimensions };
}

/** Each id of an expression is that of a query beside it. */
function checkExpressions(by: string, queries: readonly Json[]): void {
  const ids = Object.fromEntries(queries.map(({ id }) => [id, 1]));
  for (const { expression } of queries) {
    if (!expression) continue;
    try {
      for (const value of [0, 1]) {
        parseMetricMath(expression as string)(Object.fromEntries(Object.keys(ids).map((id) => [id, value])));
      }
    } catch (error) {
      throw new Error(`${by}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Everything that alert policies, dashboards and autoscalers of a GCP stack read; conditions on log entries read no metric. */
export function readingsOnGcp(stack: Json): readonly Reading[] {
  const alerts = entries(stack, 'google_monitoring_alert_policy').flatMap(([by, { conditions }]) =>
    (conditions as Json[]).flatMap((condition) => {
      const { condition_threshold: threshold, condition_prometheus_query_language: promql } = condition;
      if (promql) return selectors(by, promql.query as string);
      if (!threshold) return [];
      const aligner = threshold.aggregations[0].per_series_aligner as string;
      return [threshold.filter, threshold.denominator_filter]
        .filter((filter) => filter !== undefined)
        .map((filter) => filtered(by, filter as string, aligner));
    }),
  );
  const dashboards = entries(stack, 'google_monitoring_dashboard').flatMap(([by, { dashboard_json: text }]) =>
    (JSON.parse(text as string) as Json).mosaicLayout.tiles.flatMap(({ widget }: Json) =>
      widget.xyChart.dataSets.map(({ timeSeriesQuery: { timeSeriesFilter } }: Json) => {
        const { filter, aggregation } = timeSeriesFilter;
        const reading = filtered(by, filter as string, aggregation.perSeriesAligner as string);
        const grouped = ((aggregation.groupByFields ?? []) as string[]).map((field) => [labelOf(by, field), '*']);
        return { ...reading, labels: { ...reading.labels, ...Object.fromEntries(grouped) } };
      }),
    ),
  );
  const autoscalers = entries(stack, 'google_compute_region_autoscaler').flatMap(
    ([by, { autoscaling_policy: policy }]) =>
      ((policy.metric ?? []) as Json[]).map(({ name, filter }) =>
        filtered(by, `metric.type = "${name}" AND ${filter}`, 'ALIGN_MEAN'),
      ),
  );
  return [...alerts, ...dashboards, ...autoscalers];
}

/** A filter of Cloud Monitoring: equalities joined by AND. */
function filtered(by: string, filter: string, aligner: string): Reading {
  const metric: Record<string, string> = {};
  const resource: Record<string, string> = {};
  let [type, resourceType] = ['', ''];
  for (const part of filter.split(' AND ')) {
    const [, field, value] = /^([a-z_.]+)\s*=\s*"(.*)"$/.exec(part) ?? [];
    if (field === 'metric.type') type = value!;
    else if (field === 'resource.type') resourceType = value!;
    else if (field?.startsWith('metric.labels.')) metric[field.slice('metric.labels.'.length)] = value!;
    else if (field?.startsWith('resource.labels.')) resource[field.slice('resource.labels.'.length)] = value!;
    else throw new Error(`${by}: a filter holds ${part}, which is not understood`);
  }
  return { by, ...split(type), labels: metric, resource: { type: resourceType, labels: resource }, aligner };
}

/** Selectors of PromQL ("Cloud Monitoring metrics in PromQL"): the first slash is a colon, other marks are underscores. */
function selectors(by: string, query: string): readonly Reading[] {
  const found = [...query.matchAll(/([a-z_]+):([a-z_]+)\{((?:[a-z_]+="[^"]*",?)*)\}/g)];
  if (found.length === 0) throw new Error(`${by}: ${query} selects nothing that is understood`);
  return found.map(([, domain, rest, text]) => {
    const { monitored_resource: type = '', ...labels } = Object.fromEntries(
      [...text!.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    );
    const namespace = `${domain!.replaceAll('_', '.')}/${rest!.replace(/_.*$/, '')}`;
    return {
      by,
      namespace, // A distribution is read by its buckets.
      name: rest!.replace(/^[a-z]+_/, '').replace(/_bucket$/, ''),
      labels: {},
      resource: { type, labels },
    };
  });
}

function labelOf(by: string, field: string): string {
  const [, label] = /^metric\.labels?\.([a-z_]+)$/.exec(field) ?? [];
  if (label === undefined) throw new Error(`${by}: groups by ${field}, which is not understood`);
  return label;
}

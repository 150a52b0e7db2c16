import type { AwsFleet } from './fleet';
import { DEMAND_NAMESPACE, type DemandMetric, type JobMetric } from '../../../contracts/metrics';

/** A metric of CloudWatch's and how it is read. */
export interface MetricRead {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly period: number;
  readonly stat: string;
}

/** A metric that the gateways of a fleet publish; of several values in a period the largest. */
export function demandMetric(
  { platform, id }: AwsFleet,
  metricName: DemandMetric | JobMetric,
  period: number,
  { stat = 'Maximum', dimensions = {} }: Partial<Pick<MetricRead, 'stat' | 'dimensions'>> = {},
): MetricRead {
  const fleet = { Environment: `${platform.application}-${platform.environment}`, Fleet: id };
  return { namespace: DEMAND_NAMESPACE, metricName, dimensions: { ...fleet, ...dimensions }, period, stat };
}

/** It as a part of an alarm's expression. */
export function metricQuery(id: string, { dimensions, ...metric }: MetricRead) {
  return { id, metric: { ...metric, dimensions }, returnData: false };
}

/**
 * What the gateways publish of their fleet; services/gateway/demand/metric-names.ts says the same (a test compares them). CloudWatch:
 * namespace {@link DEMAND_NAMESPACE}, dimensions `Environment` (`<application>-<environment>`) and `Fleet`. Cloud Monitoring:
 * {@link DEMAND_METRIC_PREFIX} and the name in snake case, on the resource `generic_task`.
 */
export const DEMAND_NAMESPACE = 'Sandpiper';
export const DEMAND_METRIC_PREFIX = 'custom.googleapis.com/sandpiper/';

/** Published every ten seconds, by one of the gateways. */
export const DEMAND_METRICS = [
  'SlotsWanted',
  'SlotsInService',
  'InstancesInService',
  'JobsRunning',
  'JobsWaiting',
  'OldestWaitSeconds',
] as const;

/** Published every minute by each gateway, of its own jobs: how many ended (by the dimension or label `Outcome`), and how long they had waited. */
export const JOB_METRICS = ['JobsEnded', 'QueueWaitSeconds'] as const;

/** How jobs end: the reasons of an `exit` event and the codes of an `error` event (services/protocol). */
export const JOB_OUTCOMES = [
  'ok',
  'compileError',
  'timeout',
  'outOfMemory',
  'outputLimit',
  'limitExceeded',
  'cancelled',
  'sandboxError',
  'invalidJob',
  'unknownLanguage',
  'unavailable',
  'internal',
] as const;

export type DemandMetric = (typeof DEMAND_METRICS)[number];
export type JobMetric = (typeof JOB_METRICS)[number];

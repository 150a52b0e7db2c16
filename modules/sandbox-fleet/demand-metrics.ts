/**
 * What gateways are to publish of their fleet (docs/playground.md, "On the clouds": they do not yet). CloudWatch: in this namespace, with
 * the dimensions `Environment` (`<application>-<environment>`) and `Fleet`.
 */
export const DEMAND_NAMESPACE = 'Sandpiper';

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

/**
 * What gateways publish of their fleet (services/gateway/demand). CloudWatch: in this namespace, with
 * the dimensions `Environment` (`<application>-<environment>`) and `Fleet`. Cloud Monitoring: `custom.googleapis.com/sandpiper/slots_wanted` and so
 * on, of the resource `generic_task` (location: the region; namespace: `<application>-<environment>`; job: the fleet; task_id: `demand`).
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

/**
 * Published beside these on GCP: of the slots wanted, those that the autoscaled group has to have. `SlotsWanted` less the slots of the
 * machines whose number is fixed (`SANDPIPER_BASE_SLOTS` of the gateway's environment), and at least 0.
 */
export const SPOT_SLOTS_WANTED = 'SpotSlotsWanted';

/**
 * Published every minute by each gateway, of its own jobs: how many ended (by the dimension `Outcome`, on GCP the label `outcome`), and how
 * long they had waited. Cloud Monitoring takes one writer for a series, so there each gateway's `task_id` is its own; a count is
 * cumulative, the waits are a cumulative distribution.
 */
export const JOB_METRICS = ['JobsEnded', 'QueueWaitSeconds'] as const;

export type DemandMetric = (typeof DEMAND_METRICS)[number];
export type JobMetric = (typeof JOB_METRICS)[number];

import {
  DEMAND_PERIOD_SECONDS,
  GCP_SCALE_IN,
  SLOTS_WANTED_OF_EACH,
  WAKE_STEPS,
} from '../../modules/sandbox-fleet/scaling';
import { bestLaw, slotsWanted, type ScalingLaw } from './law';
import type { FleetProps } from './fleet';
import type { Observation, Policy } from './policy';
import { gcpAutoscaler, type GcpAutoscaler } from './policies/gcp-autoscaler';
import { largestOf } from './policies/largest-of';
import { oracle } from './policies/oracle';
import { stepScaling } from './policies/step-scaling';
import { targetTracking } from './policies/target-tracking';

/** A fleet and what sizes it. */
export interface Contender {
  readonly name: string;
  readonly fleet: Omit<FleetProps, 'initial'>;
  /** A policy for one run: it has a memory. */
  readonly policy: () => Policy;
}

/**
 * What every fleet is assumed to be. Boot: from the launch to the first job, for a Debian image that fetches its artifacts. Spot: one
 * instance in twenty is lost an hour, more than any the providers advertise; one in a hundred breaks without notice.
 */
export const assumed = {
  bootSeconds: 60,
  minimum: 1,
  maximum: 600,
  spotLossesPerHour: 0.05,
  crashesPerHour: 0.01,
  leaseSeconds: 30,
  drainSeconds: 60,
} as const;

/** Notice of a spot loss: two minutes on EC2 ("Spot Instance interruption notices"), 30 seconds on Compute Engine ("Spot VMs"). */
const awsFleet = { ...assumed, scaleIn: 'protected', spotNoticeSeconds: 120 } as const;
const gcpFleet = { ...assumed, scaleIn: 'drained', spotNoticeSeconds: 30 } as const;

/** SQS and EC2 Auto Scaling publish once a minute (SQS developer guide, "Available CloudWatch metrics"), and the value comes in the minute after. */
const CLOUDWATCH = { periodSeconds: 60, delaySeconds: 60 } as const;
/** An assumption: `num_undelivered_messages` is sampled each minute and seen two later. Users report one to two, seldom up to eight. */
const PUBSUB = { periodSeconds: 60, delaySeconds: 120 } as const;

const waiting = (seen: Observation): number => seen.waiting;
const inService = (seen: Observation): number => seen.inService;
const backlog = (seen: Observation): number => seen.waiting + seen.inFlight;

/** What a sweep changes besides the law. Times are seconds. */
export interface Variation {
  /** Instances at least. @default 1 */
  readonly minimum?: number;
  /** How often the gateway's metric comes; it is seen as much later. @default 10 */
  readonly periodSeconds?: number;
  /** Time that AWS gives an instance before it takes any away. @default the time that it boots */
  readonly warmupSeconds?: number;
  /** How much smaller than the peak of the window a group may be, on GCP. @default the module's */
  readonly scaleInControl?: GcpAutoscaler['scaleInControl'];
  /** From an instance's launch to its first job. @default 60 */
  readonly bootSeconds?: number;
}

const ownMetric = ({ periodSeconds = DEMAND_PERIOD_SECONDS }: Variation) => ({
  periodSeconds,
  delaySeconds: periodSeconds,
});

/** The law on AWS: target tracking of slots wanted over slots there, and an alarm for the fleet that has none. */
export function lawOnAws(law: ScalingLaw = bestLaw, variation: Variation = {}): Contender {
  const { minimum = assumed.minimum, bootSeconds = assumed.bootSeconds } = variation;
  const { warmupSeconds = bootSeconds } = variation;
  const wanted = (seen: Observation): number => slotsWanted(law, seen);
  return {
    name: 'law on AWS',
    fleet: { ...awsFleet, slots: law.slots, minimum, bootSeconds },
    policy: () =>
      largestOf([
        targetTracking({
          expression: SLOTS_WANTED_OF_EACH,
          metrics: { wanted, instances: inService },
          targetValue: law.slots,
          ...ownMetric(variation),
          warmupSeconds,
        }),
        stepScaling({
          metric: (seen) => (seen.inService === 0 ? wanted(seen) : 0),
          steps: WAKE_STEPS.map((change) => ({ lower: change === 1 ? 1e-9 : (change - 1) * law.slots, change })),
          ...ownMetric({}),
          datapoints: 1,
          warmupSeconds,
        }),
      ]),
  };
}

/** The law on GCP: the gateway's metric as a per-group metric of the autoscaler. */
export function lawOnGcp(law: ScalingLaw = bestLaw, variation: Variation = {}): Contender {
  const { minimum = assumed.minimum, bootSeconds = assumed.bootSeconds, scaleInControl = GCP_SCALE_IN } = variation;
  return {
    name: 'law on GCP',
    fleet: { ...gcpFleet, slots: law.slots, minimum, bootSeconds },
    policy: () =>
      gcpAutoscaler({
        metric: (seen) => slotsWanted(law, seen),
        singleInstanceAssignment: law.slots,
        ...ownMetric(variation),
        scaleInControl,
      }),
  };
}

/** The law without a delay and without foresight. */
export function lawOfOracle(
  law: ScalingLaw = bestLaw,
  { bootSeconds = assumed.bootSeconds }: Pick<Variation, 'bootSeconds'> = {},
): Contender {
  return {
    name: 'oracle',
    fleet: { ...awsFleet, slots: law.slots, bootSeconds },
    policy: () => oracle({ wanted: (seen) => slotsWanted(law, seen) / law.slots, keepSeconds: bootSeconds }),
  };
}

/** Plain backlog over instances with a target of slots x (1 + 3 s acceptable wait / 3 s a job), on the clouds' own metrics. */
const PLAIN_TARGET = bestLaw.slots * 2;

/** What others do, with the figures of their own defaults. */
const others: readonly Contender[] = [
  {
    name: 'plain backlog, SQS metrics',
    fleet: { ...awsFleet, slots: bestLaw.slots },
    policy: () =>
      targetTracking({
        expression: 'IF(instances > 0, backlog / instances, backlog)',
        metrics: { backlog, instances: inService },
        targetValue: PLAIN_TARGET,
        ...CLOUDWATCH,
        warmupSeconds: assumed.bootSeconds,
      }),
  },
  {
    name: 'plain backlog, Pub/Sub metric',
    fleet: { ...gcpFleet, slots: bestLaw.slots },
    policy: () => gcpAutoscaler({ metric: backlog, singleInstanceAssignment: PLAIN_TARGET, ...PUBSUB }),
  },
  {
    // aws-cdk-lib/aws-ecs-patterns QueueProcessingServiceBase: scalingSteps, and 50 % of CPU besides (a busy slot is a busy CPU here). Its
    // maximum of twice the desired count would be 2: it gets everybody's.
    name: 'step scaling (AWS CDK)',
    fleet: { ...awsFleet, slots: bestLaw.slots },
    policy: () =>
      largestOf([
        stepScaling({
          metric: waiting,
          steps: [
            { lower: 0, change: -1 },
            { lower: 1, change: 0 },
            { lower: 100, change: 1 },
            { lower: 500, change: 5 },
          ],
          ...CLOUDWATCH,
          datapoints: 1,
          warmupSeconds: 0,
        }),
        targetTracking({
          expression: '100 * busy / (instances * slots)',
          metrics: { busy: (seen) => seen.inFlight, instances: inService, slots: () => bestLaw.slots },
          targetValue: 50,
          ...CLOUDWATCH,
          warmupSeconds: 300,
        }),
      ]),
  },
  {
    // compiler-explorer/infra, docs on the auto-scaling of its aarch64 fleet: m1 / m2, target 3, 180 s of warm-up, minimum 1.
    name: 'backlog 3 (Compiler Explorer)',
    fleet: { ...awsFleet, slots: bestLaw.slots },
    policy: () =>
      targetTracking({
        expression: 'm1 / m2',
        metrics: { m1: waiting, m2: inService },
        targetValue: 3,
        ...CLOUDWATCH,
        warmupSeconds: 180,
      }),
  },
];

/** All of the report; the oracle first, for the others are compared with it. */
export const contenders: readonly Contender[] = [lawOfOracle(), lawOnAws(), lawOnGcp(), ...others];

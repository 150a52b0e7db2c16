import { DEMAND_PERIOD_MS } from '../../services/gateway/demand/publisher';
import type { FleetProps } from './fleet';
import { simulatedGateway, type ReadDemand } from './gateway';
import { oracleLaw, slotsForWhatIsThere } from './law';
import { parseMetricMath } from './metric-math';
import type { MetricIds, PlannedAwsFleet, PlannedFleet, PlannedGcpFleet } from './planned-fleet';
import type { Observation, Policy } from './policy';
import { gcpAutoscaler } from './policies/gcp-autoscaler';
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
 * What every fleet is assumed to be, and no plan says. Boot: from the launch to the first job, for a Debian image that fetches its
 * artifacts. Spot: one instance in twenty is lost an hour, more than any the providers advertise; one in a hundred breaks without notice.
 * The maximum is none that a trace comes to but the herd.
 */
export const assumed = {
  bootSeconds: 60,
  maximum: 600,
  spotLossesPerHour: 0.05,
  crashesPerHour: 0.01,
} as const;

/** What the fleets of others have as the plans' have it. */
const alike = { minimum: 1, onDemand: 1, leaseSeconds: 30, drainSeconds: 20 } as const;

/** Notice of a spot loss: two minutes on EC2 ("Spot Instance interruption notices"), 30 seconds on Compute Engine ("Spot VMs"). */
const NOTICE_SECONDS = { aws: 120, gcp: 30 } as const;
const awsFleet = { ...assumed, ...alike, slots: oracleLaw.slots, scaleIn: 'protected', spotNoticeSeconds: 20 } as const;
const gcpFleet = { ...awsFleet, scaleIn: 'drained' } as const;

/** SQS and EC2 Auto Scaling publish once a minute (SQS developer guide, "Available CloudWatch metrics"), and the value comes in the minute after. */
const CLOUDWATCH = { periodSeconds: 60, delaySeconds: 60 } as const;
/** An assumption: `num_undelivered_messages` is sampled each minute and seen two later. Users report one to two, seldom up to eight. */
const PUBSUB = { periodSeconds: 60, delaySeconds: 120 } as const;

const waiting = (seen: Observation): number => seen.waiting;
const inService = (seen: Observation): number => seen.inService;
const backlog = (seen: Observation): number => seen.waiting + seen.inFlight;

/** What no plan says, and a sweep changes. */
export interface Variation {
  /** From an instance's launch to its first job. @default 60 */
  readonly bootSeconds?: number;
  /** How often the gateway publishes; it is seen as much later. @default what its program does */
  readonly periodSeconds?: number;
  /** What the gateway takes for the load. @default 'offered' */
  readonly load?: 'offered' | 'running';
}

/** The law as a plan has it: all of its expressions and numbers come from there. */
export function lawOf(planned: PlannedFleet, variation: Variation = {}): Contender {
  return planned.cloud === 'aws' ? lawOnAws(planned, variation) : lawOnGcp(planned, variation);
}

/** Target tracking of slots wanted over slots there, and an alarm for the fleet that has none. */
function lawOnAws(planned: PlannedAwsFleet, { bootSeconds = assumed.bootSeconds, load }: Variation): Contender {
  const { tracking, wake, law, slots } = planned;
  return {
    name: 'law on AWS',
    fleet: { ...machinesOf(planned), scaleIn: 'protected', bootSeconds },
    policy: () => {
      const demand = simulatedGateway(law, slots, load);
      const awake = parseMetricMath(wake.expression);
      const watched = read(wake.metrics, demand);
      return largestOf([
        targetTracking({
          ...tracking,
          metrics: read(tracking.metrics, demand),
          // A value that was published in a period is seen in the next.
          delaySeconds: tracking.periodSeconds,
        }),
        stepScaling({
          metric: (seen) => awake(Object.fromEntries(Object.entries(watched).map(([id, value]) => [id, value(seen)]))),
          // An alarm rises above its threshold, not at it.
          steps: wake.steps.map(({ lower, change }) => ({ lower: wake.threshold + Math.max(lower, 1e-9), change })),
          periodSeconds: wake.periodSeconds,
          delaySeconds: wake.periodSeconds,
          datapoints: wake.datapoints,
          warmupSeconds: wake.warmupSeconds,
        }),
      ]);
    },
  };
}

/** The gateway's metric as a per-group metric of the autoscaler, above a group of fixed size. */
function lawOnGcp(planned: PlannedGcpFleet, variation: Variation): Contender {
  const { bootSeconds = assumed.bootSeconds, periodSeconds = DEMAND_PERIOD_MS / 1000 } = variation;
  const { autoscaler, law, slots, onDemand } = planned;
  return {
    name: 'law on GCP',
    fleet: { ...machinesOf(planned), scaleIn: 'drained', bootSeconds },
    policy: () => {
      const demand = simulatedGateway(law, slots, variation.load);
      const spot = gcpAutoscaler({
        ...autoscaler,
        metric: (seen) => valueOf(demand(seen), autoscaler.metric),
        periodSeconds,
        delaySeconds: periodSeconds,
      });
      return {
        intervalSeconds: spot.intervalSeconds,
        decide: (now, seen) => onDemand + spot.decide(now, { ...seen, desired: seen.desired - onDemand }),
      };
    },
  };
}

function machinesOf({ cloud, slots, minimum, onDemand, drainSeconds, leaseSeconds }: PlannedFleet) {
  const spotNoticeSeconds = Math.min(NOTICE_SECONDS[cloud], drainSeconds);
  return { ...assumed, slots, minimum, onDemand, drainSeconds, leaseSeconds, spotNoticeSeconds };
}

/** What each id of an expression measures. */
function read(metrics: MetricIds, demand: ReadDemand): Readonly<Record<string, (seen: Observation) => number>> {
  return Object.fromEntries(
    Object.entries(metrics).map(([id, metric]) => [id, (seen: Observation) => valueOf(demand(seen), metric)]),
  );
}

function valueOf(demand: ReturnType<ReadDemand>, metric: keyof ReturnType<ReadDemand>): number {
  const value = demand[metric];
  if (value === undefined || Number.isNaN(value)) throw new Error(`the simulated gateway publishes no ${metric}`);
  return value;
}

/** What is there, seen without a delay and without foresight. */
export const yardstick: Contender = oracleOf('oracle', assumed.bootSeconds);

/** The oracle with instances that take so long to boot. */
export function oracleOf(name: string, bootSeconds: number): Contender {
  return {
    name,
    fleet: { ...awsFleet, bootSeconds },
    policy: () =>
      oracle({ wanted: (seen) => slotsForWhatIsThere(oracleLaw, seen) / oracleLaw.slots, keepSeconds: bootSeconds }),
  };
}

/** An oracle with the law and the numbers of a plan. */
export function oracleWithLawOf({ law, slots, cloud }: PlannedFleet): Contender {
  return {
    ...yardstick,
    name: `oracle with the law of ${cloud.toUpperCase()}`,
    policy: () => {
      const demand = simulatedGateway(law, slots);
      return oracle({ wanted: (seen) => demand(seen).SlotsWanted / slots, keepSeconds: assumed.bootSeconds });
    },
  };
}

/** Plain backlog over instances with a target of slots x (1 + 3 s acceptable wait / 3 s a job), on the clouds' own metrics. */
const PLAIN_TARGET = oracleLaw.slots * 2;

/** What others do, with the figures of their own defaults. */
const others: readonly Contender[] = [
  {
    name: 'plain backlog, SQS metrics',
    fleet: awsFleet,
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
    fleet: gcpFleet,
    policy: () => gcpAutoscaler({ metric: backlog, singleInstanceAssignment: PLAIN_TARGET, ...PUBSUB }),
  },
  {
    // aws-cdk-lib/aws-ecs-patterns QueueProcessingServiceBase: scalingSteps, and 50 % of CPU besides (a busy slot is a busy CPU here). Its
    // maximum of twice the desired count would be 2: it gets everybody's.
    name: 'step scaling (AWS CDK)',
    fleet: awsFleet,
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
          metrics: { busy: (seen) => seen.inFlight, instances: inService, slots: () => oracleLaw.slots },
          targetValue: 50,
          ...CLOUDWATCH,
          warmupSeconds: 300,
        }),
      ]),
  },
  {
    // compiler-explorer/infra, docs on the auto-scaling of its aarch64 fleet: m1 / m2, target 3, 180 s of warm-up, minimum 1.
    name: 'backlog 3 (Compiler Explorer)',
    fleet: awsFleet,
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

/** Those that the law is to be better than: what people really run. The plain backlog is only what this law replaced. */
export const rivals: readonly Contender[] = others.filter(({ name }) => !name.startsWith('plain'));

/** All of the report; the oracle first, for the others are compared with it. */
export function contendersOf(planned: readonly PlannedFleet[]): readonly Contender[] {
  return [yardstick, ...planned.map((fleet) => lawOf(fleet)), ...others];
}

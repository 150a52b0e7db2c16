import { lawOf, oracleOf, type Variation } from './contenders';
import { outcomeOf } from './outcome';
import type { PlannedAwsFleet, PlannedFleet, PlannedGcpFleet } from './planned-fleet';
import { CLOUDS, markdownTable } from './table';
import { traces } from './traces';

type Change<T> = readonly [name: string, variation: Variation, change?: (planned: T) => T];

const EVERYWHERE: readonly Change<PlannedFleet>[] = [
  ['as planned', {}],
  ['of running jobs instead of those that come', { load: 'running' }],
  ['jobs take 3 s where the law says 1', {}, (planned) => ({ ...planned, law: { ...planned.law, meanJobMs: 1000 } })],
  ['jobs take 3 s where the law says 9', {}, (planned) => ({ ...planned, law: { ...planned.law, meanJobMs: 9000 } })],
  ['boots in 30 s', { bootSeconds: 30 }],
  ['boots in 120 s', { bootSeconds: 120 }],
];

const tracking = (planned: PlannedAwsFleet, change: Partial<PlannedAwsFleet['tracking']>): PlannedAwsFleet => ({
  ...planned,
  tracking: { ...planned.tracking, ...change },
});
const ON_AWS: readonly Change<PlannedAwsFleet>[] = [
  ['metric each 30 s', {}, (planned) => tracking(planned, { periodSeconds: 30 })],
  ['metric each 60 s', {}, (planned) => tracking(planned, { periodSeconds: 60 })],
  ['no warm-up', {}, (planned) => tracking(planned, { warmupSeconds: 0 })],
  ['warm-up of 180 s', {}, (planned) => tracking(planned, { warmupSeconds: 180 })],
];

const autoscaler = (planned: PlannedGcpFleet, change: Partial<PlannedGcpFleet['autoscaler']>): PlannedGcpFleet => ({
  ...planned,
  autoscaler: { ...planned.autoscaler, ...change },
});
const stabilized = (planned: PlannedGcpFleet, seconds: number): PlannedGcpFleet =>
  autoscaler(planned, {
    stabilizationSeconds: seconds,
    scaleInControl: planned.autoscaler.scaleInControl && {
      ...planned.autoscaler.scaleInControl,
      windowSeconds: seconds,
    },
  });
const ON_GCP: readonly Change<PlannedGcpFleet>[] = [
  ['metric each 60 s', { periodSeconds: 60 }],
  ['as many fewer as it likes', {}, (planned) => autoscaler(planned, { scaleInControl: undefined })],
  [
    'half fewer in 10 minutes',
    {},
    (planned) => autoscaler(planned, { scaleInControl: { percent: 50, windowSeconds: 600 } }),
  ],
  ['keeps the size of 60 s', {}, (planned) => stabilized(planned, 60)],
  [
    'keeps the size of 60 s, with the numbers of AWS',
    {},
    (planned) => stabilized({ ...planned, law: { ...planned.law, utilizationPercent: 80, clearSeconds: 30 } }, 60),
  ],
];

/** What each of the other numbers is worth, one at a time. */
export function variationSection(planned: readonly PlannedFleet[]): string {
  const replayed = [traces.burst!(), traces.diurnal!()];
  const oracles = new Map<string, number>();
  const oracleHours = (bootSeconds: number, index: number): number => {
    const key = `${bootSeconds} ${index}`;
    const known = oracles.get(key) ?? outcomeOf(oracleOf('oracle', bootSeconds), replayed[index]!).instanceHours;
    oracles.set(key, known);
    return known;
  };
  const row = (fleet: PlannedFleet, name: string, variation: Variation): string[] => [
    `${CLOUDS[fleet.cloud]}, ${name}`,
    ...replayed.flatMap((trace, index) => {
      const { p95, p99, instanceHours } = outcomeOf(lawOf(fleet, variation), trace);
      const hours = oracleHours(variation.bootSeconds ?? 60, index);
      return [p95.toFixed(1), p99.toFixed(1), (instanceHours / hours).toFixed(2)];
    }),
  ];
  const rows = planned.flatMap((fleet) => [
    ...EVERYWHERE.map(([name, variation, change]) => row(change ? change(fleet) : fleet, name, variation)),
    ...(fleet.cloud === 'aws'
      ? ON_AWS.map(([name, variation, change]) => row(change ? change(fleet) : fleet, name, variation))
      : ON_GCP.map(([name, variation, change]) => row(change ? change(fleet) : fleet, name, variation))),
  ]);
  return [
    '## What the other numbers are worth',
    `One changed at a time; cost is over that of an oracle whose instances boot as fast. That a group keeps the size of the last ten minutes can be
changed in Compute Engine (\`stabilizationPeriodSec\`), but the Google provider has it only since May 2026
(GoogleCloudPlatform/magic-modules#17544), in a version that this project’s range does not reach. With it, GCP would do better than AWS. The
autoscaler could also be kept from taking machines away (\`ONLY_SCALE_OUT\`) and each runner delete its own; that needs
\`compute.instanceGroupManagers.update\` on the machines that run foreign code, which could then end or resize the whole group. It is not worth that.`,
    markdownTable(['', 'burst p95 s', 'p99 s', 'cost', 'diurnal p95 s', 'p99 s', 'cost'], rows),
  ].join('\n\n');
}

/** What it costs to have an instance ready all the time. */
export function minimumSection(planned: readonly PlannedFleet[]): string {
  const trace = traces.sparse!();
  const rows = [0, 1].flatMap((minimum) =>
    planned.map((fleet) => {
      // Without a standard machine, all slots wanted are the spot group's.
      const baseSlots = fleet.law.baseSlots === undefined ? undefined : minimum * fleet.slots;
      const contender = lawOf({ ...fleet, minimum, onDemand: minimum, law: { ...fleet.law, baseSlots } });
      const { p50, p95, instanceHours } = outcomeOf(contender, trace);
      return [`${contender.name}, minimum ${minimum}`, p50.toFixed(1), p95.toFixed(1), instanceHours.toFixed(1)];
    }),
  );
  return [
    '## None or one when nothing runs',
    `${trace.summary}. With a minimum of none and no standard machines, each job waits for a machine to boot. On AWS that leaves as soon as it
has warmed up and runs nothing; on GCP it stays for the ten minutes of the stabilization period after the last job, so jobs that
come every 20 minutes keep one for more than a third of the time.`,
    markdownTable(['', 'p50 s', 'p95 s', 'instance hours'], rows),
  ].join('\n\n');
}

import type { Outcome } from './outcome';
import type { PlannedFleet } from './planned-fleet';
import { CLOUDS, markdownTable } from './table';

const HOUR = 3600;
/** Jobs a second for which the number of instances is told. */
const RATES = [1, 10, 100];

/** Jobs of a trace and what a cloud's law made of it. */
export interface Replayed {
  readonly trace: string;
  readonly jobs: number;
  readonly outcome: Outcome;
}

/** What an instance can do: by the law, and as simulated. */
export function capacitySection(planned: readonly PlannedFleet[], replayed: readonly (readonly Replayed[])[]): string {
  const columns = planned.map((fleet, index) => ({ fleet, replayed: replayed[index]! }));
  const row = (name: string, value: (column: (typeof columns)[number]) => string): string[] => [
    name,
    ...columns.map(value),
  ];
  const rows = [
    row('slots an instance', ({ fleet }) => String(fleet.slots)),
    row('jobs an instance-hour, every slot busy', ({ fleet }) => whole(jobsOfHour(fleet))),
    row('busy by the law', ({ fleet }) => `${fleet.law.utilizationPercent} %`),
    row('jobs an instance-hour, as busy as that', ({ fleet }) => whole(jobsOfHour(fleet) * shareOf(fleet))),
    ...RATES.map((rate) =>
      row(`instances for ${rate} job${rate === 1 ? '' : 's'} a second`, ({ fleet }) =>
        whole(Math.max(fleet.minimum, Math.ceil((rate * HOUR) / (jobsOfHour(fleet) * shareOf(fleet))))),
      ),
    ),
    ...replayed[0]!.map(({ trace }, index) =>
      row(`jobs an instance-hour, simulated: ${trace}`, (column) => {
        const { jobs, outcome } = column.replayed[index]!;
        return whole(jobs / outcome.instanceHours);
      }),
    ),
  ];
  const seconds = [...new Set(planned.map(({ law }) => law.meanJobMs / 1000))].join(' or ');
  return [
    '## Capacity',
    `Of jobs that take ${seconds} s in the mean. A fleet that follows its load is less busy than the law says: it keeps machines for a while, and has at least one.`,
    markdownTable(['', ...columns.map(({ fleet }) => CLOUDS[fleet.cloud])], rows),
  ].join('\n\n');
}

const jobsOfHour = ({ slots, law }: PlannedFleet): number => (slots * HOUR) / (law.meanJobMs / 1000);
const shareOf = ({ law }: PlannedFleet): number => law.utilizationPercent / 100;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

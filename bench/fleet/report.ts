import { assumed, contendersOf, lawOf, rivals } from './contenders';
import { capacitySection, type Replayed } from './capacity';
import { GOAL, UNNOTICED_SECONDS } from './goals';
import { oracleLaw } from './law';
import { outcomeOf, type Outcome } from './outcome';
import type { PlannedFleet } from './planned-fleet';
import { plot } from './plot';
import { sweep } from './sweep';
import { sweepSection } from './sweep-report';
import { CLOUDS, markdownTable } from './table';
import { comparisonSection, traceSection, type Comparison } from './trace-report';
import { traces, type Trace } from './traces';
import { minimumSection, variationSection } from './variations';

/** docs/scaling.md and its pictures. */
export interface Report {
  readonly text: string;
  /** SVG by file name. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** Replays every trace through every fleet. The same plans give the same report. */
export function makeReport(planned: readonly PlannedFleet[]): Report {
  const pictures = new Map<string, string>();
  const sections: string[] = [];
  const comparisons: Comparison[] = [];
  const replayed: (readonly [PlannedFleet, Replayed[]])[] = planned.map((fleet) => [fleet, []]);
  for (const make of Object.values(traces)) {
    const trace = make();
    const outcomes = contendersOf(planned).map((contender) => outcomeOf(contender, trace));
    const { text, picture } = traceSection(trace, outcomes);
    pictures.set(picture, plot(trace, outcomes));
    sections.push(text);
    const of = (wanted: string): Outcome => outcomes.find(({ name }) => name === wanted)!;
    const beside = rivals.map(({ name }) => of(name));
    for (const [fleet, runs] of replayed) {
      const law = of(lawOf(fleet).name);
      comparisons.push({ trace: trace.name, law, others: beside });
      runs.push({ trace: trace.name, jobs: trace.arrivals.length, outcome: law });
    }
  }
  const parts = [
    introduction(planned),
    ...sections,
    comparisonText(comparisons),
    sweepSection(planned.map((fleet) => [fleet, sweep(fleet)])),
    variationSection(planned),
    minimumSection(planned),
    capacitySection(
      planned,
      replayed.map(([, runs]) => runs),
    ),
    VALIDATION,
  ];
  return { text: `${parts.join('\n\n')}\n`, pictures };
}

/** Some traces, for a plan of one's own. */
export function shortReport(planned: readonly PlannedFleet[], replayed: readonly Trace[]): string {
  const sections = replayed.map((trace) => {
    const outcomes = contendersOf(planned).map((contender) => outcomeOf(contender, trace));
    return traceSection(trace, outcomes).text.split('\n\n').slice(0, -1).join('\n\n');
  });
  return [numbersTable(planned), ...sections].join('\n\n');
}

function introduction(planned: readonly PlannedFleet[]): string {
  const { utilization, meanJobSeconds, clearSeconds } = oracleLaw;
  return `# How the sandbox fleet is sized

<!-- Written by: node bench/run.js fleet -->

A simulation of the fleet: jobs come, wait, and run in the slots of instances that take ${assumed.bootSeconds} seconds to boot, are lost
(${assumed.spotLossesPerHour * 100} % an hour as spot instances, ${assumed.crashesPerHour * 100} % without notice) and are sized by a policy that sees the
queue only as late as its cloud shows it. The law that sizes the fleet:

    slots wanted = offered load / busy + waiting × mean job time / time to clear the queue
    offered load = running (mean of the last 20 s) + growth of the jobs a second × mean job time

The offered load is what the jobs that come now will keep busy. The number of running jobs alone says too little while jobs wait for
machines, and too much while a fleet that was grown for its queue works that off. Expressions and numbers are read from the synthesized
stacks, what Terraform plans; \`node bench/run.js fleet --plan plan.json\` reads them from the output of \`terraform show -json\`. The gateway's
part of the law is its own code.

${numbersTable(planned)}

The *oracle* sees what waits and runs in this second and acts in it (running / ${utilization} + waiting × ${meanJobSeconds} s / ${clearSeconds} s); its instances take as long to
boot, and it knows no trend and no future. Waits are from a job's arrival to the start of the attempt that ends it. Every fleet has at least
1 instance, which is no spot instance, and at most ${assumed.maximum}, and starts with the size that the trace's first minutes need. The same seed
gives the same figures. The other two contenders are step scaling with the defaults of AWS CDK's queue pattern, and what Compiler Explorer
documents of its fleet; the plain backlog is what this law replaced.`;
}

function numbersTable(planned: readonly PlannedFleet[]): string {
  const row = (name: string, value: (fleet: PlannedFleet) => string): string[] => [name, ...planned.map(value)];
  return markdownTable(
    ['planned', ...planned.map(({ cloud }) => CLOUDS[cloud])],
    [
      row('busy', ({ law }) => `${law.utilizationPercent} %`),
      row('to clear the queue', ({ law }) => `${law.clearSeconds} s`),
      row('mean job', ({ law }) => `${law.meanJobMs / 1000} s`),
      row('slots an instance', ({ slots }) => String(slots)),
      row('scaled on', (fleet) =>
        fleet.cloud === 'aws' ? `\`${fleet.tracking.expression}\`` : `\`${fleet.autoscaler.metric}\``,
      ),
      row('target', (fleet) =>
        String(fleet.cloud === 'aws' ? fleet.tracking.targetValue : fleet.autoscaler.singleInstanceAssignment),
      ),
      row('size is kept for', (fleet) =>
        fleet.cloud === 'aws'
          ? `15 values of ${fleet.tracking.periodSeconds} s`
          : `${fleet.autoscaler.stabilizationSeconds} s`,
      ),
    ],
  );
}

function comparisonText(comparisons: readonly Comparison[]): string {
  return [
    '## Beside the other two',
    `The burden of a fleet on a trace is (95th percentile of the wait + ${UNNOTICED_SECONDS} s) × instance hours. The law is *better* where the other's burden is larger: a
figure above 1. *Better in both* is stricter: no longer wait (by more than ${UNNOTICED_SECONDS} s) and no higher cost. Where the other waits less it has many more
machines all the time. On the sparse trace every fleet is its one standing instance.`,
    comparisonSection(comparisons),
    `The goal, at most ${GOAL.wait} times the oracle's wait for at most ${GOAL.cost} times its cost on burst and diurnal, is checked by
\`__tests__/bench/fleet/report.test.ts\`.`,
  ].join('\n\n');
}

const VALIDATION = `## Does the simulation tell the truth?

\`__tests__/bench/fleet/local-fleet.test.ts\` runs 60 jobs, in three bursts, on two real runners of two slots with the in-memory queue and
event store, and simulates the same arrivals and job times: the mean wait and its 95th percentile have to be within 15 % of the real
ones (or 50 ms); seen were 2 to 9 %, always too short, for a simulated runner takes its next job at once.
\`simulate.test.ts\` compares fleets of fixed size with Erlang's formula (within 8 %) and with Little's law. How the clouds' own autoscalers
behave is from their documentation, named in \`bench/fleet/policies\`; nobody has measured it here.`;

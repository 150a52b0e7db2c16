import { burden, dominates } from './goals';
import type { Outcome } from './outcome';
import { markdownTable } from './table';
import type { Trace } from './traces';

const HEAD = [
  '',
  'p50 s',
  'p95 s',
  'p99 s',
  'instance hours',
  '÷ oracle',
  'peak',
  '÷ oracle',
  'busy',
  'redone',
  'lost',
];

/** The part of the report about one trace, and the name of its picture. */
export function traceSection(
  trace: Trace,
  outcomes: readonly Outcome[],
): { readonly text: string; readonly picture: string } {
  const picture = `${trace.name.replaceAll(' ', '-')}.svg`;
  const text = [
    `## ${trace.name[0]!.toUpperCase()}${trace.name.slice(1)}`,
    `${trace.summary} (${trace.arrivals.length.toLocaleString('en-US')} jobs).`,
    outcomeTable(outcomes),
    `![Instances and waiting jobs over time: ${trace.name}](scaling/${picture})`,
  ].join('\n\n');
  return { text, picture };
}

/** Outcomes of one trace, the oracle's first. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const oracle = outcomes[0]!;
  const rows = outcomes.map((outcome) => [
    outcome.name,
    ...[outcome.p50, outcome.p95, outcome.p99].map((seconds) => seconds.toFixed(1)),
    outcome.instanceHours.toFixed(1),
    (outcome.instanceHours / oracle.instanceHours).toFixed(2),
    String(outcome.peakInstances),
    (outcome.peakInstances / oracle.peakInstances).toFixed(2),
    `${Math.round(outcome.utilization * 100)} %`,
    String(outcome.redone),
    String(outcome.lost),
  ]);
  return markdownTable(HEAD, rows);
}

/** The law beside what others do on one trace. */
export interface Comparison {
  readonly trace: string;
  readonly law: Outcome;
  readonly others: readonly Outcome[];
}

/** A row for each trace and cloud: how many times the law's burden the others' is, and whether the law is better in wait and cost both. */
export function comparisonSection(comparisons: readonly Comparison[]): string {
  const names = comparisons[0]!.others.map(({ name }) => name);
  const rows = comparisons.map(({ trace, law, others }) => [
    `${trace}, ${law.name}`,
    ...others.flatMap((other) => [
      (burden(other) / burden(law)).toFixed(2),
      dominates(law, other) ? 'yes' : dominates(other, law) ? 'the other' : 'no',
    ]),
  ]);
  return markdownTable(['', ...names.flatMap((name) => [`${name}: burden ÷ the law’s`, 'better in both'])], rows);
}

import { assumed } from './contenders';
import { bestLaw } from './law';
import type { Outcome } from './outcome';
import type { Trace } from './traces';

/** A table in Markdown; the first column is text, the others are numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** The part of the report about one trace, and the name of its picture. */
export function traceSection(
  trace: Trace,
  outcomes: readonly Outcome[],
): { readonly text: string; readonly picture: string } {
  const picture = `${trace.name.replaceAll(' ', '-')}.svg`;
  const oracle = outcomes[0]!;
  const rows = outcomes.map((outcome) => [
    outcome.name,
    ...[outcome.p50, outcome.p95, outcome.p99].map((seconds) => seconds.toFixed(1)),
    outcome.instanceHours.toFixed(1),
    `${(outcome.instanceHours / oracle.instanceHours).toFixed(2)}`,
    String(outcome.peakInstances),
    `${(outcome.peakInstances / oracle.peakInstances).toFixed(2)}`,
    `${Math.round(outcome.utilization * 100)} %`,
    String(outcome.redone),
    String(outcome.lost),
  ]);
  const head = [
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
  const text = [
    `## ${trace.name[0]!.toUpperCase()}${trace.name.slice(1)}`,
    `${trace.summary} (${trace.arrivals.length.toLocaleString('en-US')} jobs).`,
    markdownTable(head, rows),
    `![Instances and waiting jobs over time: ${trace.name}](scaling/${picture})`,
  ].join('\n\n');
  return { text, picture };
}

/** docs/scaling.md. */
export function report(sections: readonly string[], swept: string): string {
  const { slots, meanJobSeconds, utilization, clearSeconds } = bestLaw;
  return `# How the sandbox fleet is sized

<!-- Written by: node bench/run.js fleet -->

A simulation of the fleet: jobs come, wait, and run in the slots of instances that take ${assumed.bootSeconds} seconds to boot, are lost
(${assumed.spotLossesPerHour * 100} % an hour as spot instances, ${assumed.crashesPerHour * 100} % without notice) and are sized by a policy that sees the
queue only as late as its cloud shows it. The law that is proposed for the fleet:

    slots wanted = running / ${utilization} + waiting × ${meanJobSeconds} s a job / ${clearSeconds} s to clear the queue
    instances    = slots wanted / ${slots} slots an instance

The *oracle* uses the same law, sees the queue of this second and acts in it; its instances take as long to boot, and it does not know the
future. Waits are from a job's arrival to the start of the attempt that ends it. Every fleet has at least ${assumed.minimum} and at most
${assumed.maximum} instances, and starts with the size that the trace's first minutes need. The same seed gives the same figures.

${sections.join('\n\n')}

${swept}
`;
}

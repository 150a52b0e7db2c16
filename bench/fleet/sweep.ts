import { lawOfOracle, lawOnAws, lawOnGcp, type Contender, type Variation } from './contenders';
import { bestLaw, type ScalingLaw } from './law';
import { outcomeOf } from './outcome';
import { markdownTable } from './report';
import { traces } from './traces';

const UTILIZATIONS = [0.6, 0.7, 0.8, 0.9];
const CLEAR_SECONDS = [15, 30, 60, 120];
/** A wait that nobody notices: below it, twice as long is not worse. */
const UNNOTICED_SECONDS = 3;

/**
 * Tries the law's numbers on the traces of the goal (burst and diurnal). The score is the product of the 95th percentile of the wait and
 * the instance hours, each over those of the oracle with the best law; less is better.
 */
export function sweep(): string {
  const tried = UTILIZATIONS.flatMap((utilization) =>
    CLEAR_SECONDS.map((clearSeconds): ScalingLaw => ({ ...bestLaw, utilization, clearSeconds })),
  );
  const replayed = [traces.burst!(), traces.diurnal!()].map((trace) => ({
    trace,
    oracle: outcomeOf(lawOfOracle(), trace),
  }));
  const ratios = (contender: Contender): { readonly cells: readonly string[]; readonly score: number } => {
    let score = 1;
    const cells = replayed.flatMap(({ trace, oracle }) => {
      const { p95, instanceHours } = outcomeOf(contender, trace);
      const wait = (p95 + UNNOTICED_SECONDS) / (oracle.p95 + UNNOTICED_SECONDS);
      const cost = instanceHours / oracle.instanceHours;
      score *= wait * cost;
      return [p95.toFixed(1), cost.toFixed(2)];
    });
    return { cells, score };
  };
  const rows = tried
    .map((law) => ({ law, aws: ratios(lawOnAws(law)), gcp: ratios(lawOnGcp(law)) }))
    .sort((a, b) => a.aws.score * a.gcp.score - b.aws.score * b.gcp.score)
    .map(({ law, aws, gcp }) => [
      `${law.utilization} busy, ${law.clearSeconds} s to clear`,
      ...aws.cells,
      ...gcp.cells,
      (aws.score * gcp.score).toFixed(2),
    ]);
  const head = [
    '',
    'AWS burst p95 s',
    'cost',
    'AWS diurnal p95 s',
    'cost',
    'GCP burst p95 s',
    'cost',
    'GCP diurnal p95 s',
    'cost',
    'score',
  ];
  return [
    '## Which numbers are best',
    `The law with other numbers, best first. Cost is instance hours over those of the oracle of the tables above; the score is the product of all
waits (plus ${UNNOTICED_SECONDS} s, which nobody notices) and costs over the oracle’s. The best of those that keep the cost on AWS within
1.2 times the oracle’s are the defaults: ${bestLaw.utilization} busy, ${bestLaw.clearSeconds} s to clear.`,
    markdownTable(head, rows),
    ...variationSection(),
    ...minimumSection(),
  ].join('\n\n');
}

const VARIATIONS: readonly (readonly [string, 'aws' | 'gcp', Variation])[] = [
  ['AWS, as proposed', 'aws', {}],
  ['AWS, metric each 30 s', 'aws', { periodSeconds: 30 }],
  ['AWS, metric each 60 s', 'aws', { periodSeconds: 60 }],
  ['AWS, no warm-up', 'aws', { warmupSeconds: 0 }],
  ['AWS, warm-up of 180 s', 'aws', { warmupSeconds: 180 }],
  ['AWS, boots in 30 s', 'aws', { bootSeconds: 30 }],
  ['AWS, boots in 120 s', 'aws', { bootSeconds: 120 }],
  ['GCP, as proposed', 'gcp', {}],
  ['GCP, metric each 60 s', 'gcp', { periodSeconds: 60 }],
  ['GCP, as many fewer as it likes', 'gcp', { scaleInControl: { percent: 100, windowSeconds: 600 } }],
  ['GCP, half fewer in 10 minutes', 'gcp', { scaleInControl: { percent: 50, windowSeconds: 600 } }],
  ['GCP, 5 instances fewer in 10 minutes', 'gcp', { scaleInControl: { maximum: 5, windowSeconds: 600 } }],
  ['GCP, boots in 30 s', 'gcp', { bootSeconds: 30 }],
  ['GCP, boots in 120 s', 'gcp', { bootSeconds: 120 }],
];

/** What each of the other numbers is worth, one at a time. */
function variationSection(): readonly string[] {
  const replayed = [traces.burst!(), traces.diurnal!()];
  const rows = VARIATIONS.map(([name, cloud, variation]) => {
    const contender = cloud === 'aws' ? lawOnAws(bestLaw, variation) : lawOnGcp(bestLaw, variation);
    const cells = replayed.flatMap((trace) => {
      const { p95, p99, instanceHours } = outcomeOf(contender, trace);
      const oracle = outcomeOf(lawOfOracle(bestLaw, variation), trace);
      return [p95.toFixed(1), p99.toFixed(1), (instanceHours / oracle.instanceHours).toFixed(2)];
    });
    return [name, ...cells];
  });
  return [
    '### What the other numbers are worth',
    'One changed at a time; cost is over that of an oracle whose instances boot as fast.',
    markdownTable(['', 'burst p95 s', 'p99 s', 'cost', 'diurnal p95 s', 'p99 s', 'cost'], rows),
  ];
}

/** What it costs to have an instance ready all the time. */
function minimumSection(): readonly string[] {
  const trace = traces.sparse!();
  const rows = [0, 1].flatMap((minimum) =>
    [lawOnAws(bestLaw, { minimum }), lawOnGcp(bestLaw, { minimum })].map((contender) => {
      const { p50, p95, instanceHours } = outcomeOf(contender, trace);
      return [`${contender.name}, minimum ${minimum}`, p50.toFixed(1), p95.toFixed(1), instanceHours.toFixed(1)];
    }),
  );
  return [
    `### None or one when nothing runs`,
    `${trace.summary}:`,
    markdownTable(['', 'p50 s', 'p95 s', 'instance hours'], rows),
  ];
}

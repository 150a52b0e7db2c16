import { lawOf, oracleWithLawOf, yardstick } from './contenders';
import { GOAL, isCheapEnough, isSoonEnough, meetsGoal, UNNOTICED_SECONDS } from './goals';
import { outcomeOf, type Outcome } from './outcome';
import type { PlannedFleet } from './planned-fleet';
import type { Sweep, Tried } from './sweep';
import { CLOUDS, markdownTable } from './table';
import { traces } from './traces';

/** Other days of the same kind. */
const OTHER_SEEDS = [1, 2, 3, 4, 5];

/** What a sweep of one cloud found. */
export function sweepTable({ yardsticks, tried }: Sweep): string {
  const ratio = (outcome: Outcome, index: number): string =>
    (outcome.instanceHours / yardsticks[index]!.oracle.instanceHours).toFixed(2);
  const rows = tried.map((one) => [
    nameOf(one),
    ...one.outcomes.flatMap((outcome, index) => [outcome.p95.toFixed(1), ratio(outcome, index)]),
    one.meetsGoal ? 'yes' : 'no',
    one.score.toFixed(2),
  ]);
  const head = yardsticks.flatMap(({ name }) => [`${name} p95 s`, 'cost']);
  return markdownTable(['', ...head, 'goal', 'score'], rows);
}

/** Name of a law's numbers in the tables. */
export function nameOf({
  utilizationPercent,
  clearSeconds,
}: Pick<Tried, 'utilizationPercent' | 'clearSeconds'>): string {
  return `${utilizationPercent} % busy, ${clearSeconds} s to clear`;
}

/** Which numbers are best on each cloud, and what else can be had. */
export function sweepSection(swept: readonly (readonly [PlannedFleet, Sweep])[]): string {
  return [
    '## Which numbers are best',
    `The law with other numbers, best first. The goal is at most ${GOAL.wait} times the oracle’s wait (95th percentile, or ${UNNOTICED_SECONDS} s, which
nobody notices) for at most ${GOAL.cost} times its instance hours, on both traces. The score is the product of the burdens, (p95 +
${UNNOTICED_SECONDS} s) × instance hours, over the oracle’s. The best of those that meet the goal are the defaults.`,
    ...swept.flatMap(([{ cloud }, sweep]) => [
      `### On ${CLOUDS[cloud]}`,
      sweep.best === undefined ? 'None meets the goal.' : `Default: ${nameOf(sweep.best)}.`,
      sweepTable(sweep),
    ]),
    '### What can be had on the burst',
    `At the goal’s edges, and on days with another seed: the worst of ${OTHER_SEEDS.length} more.`,
    frontierTable(swept),
    strongerOracle(swept.map(([planned]) => planned)),
  ].join('\n\n');
}

function frontierTable(swept: readonly (readonly [PlannedFleet, Sweep])[]): string {
  const rows = swept.flatMap(([planned, { tried, yardsticks, best }]) => {
    const { oracle } = yardsticks[0]!;
    const cells = (wait: number, cost: number): string[] => [wait.toFixed(2), cost.toFixed(2)];
    const relative = (outcome: Outcome, to: Outcome) =>
      [outcome.p95 / to.p95, outcome.instanceHours / to.instanceHours] as const;
    const edge = (what: string, may: typeof isSoonEnough, by: (outcome: Outcome) => number): string[] => {
      const [least] = tried
        .filter(({ outcomes }) => may(outcomes[0]!, oracle))
        .sort((a, b) => by(a.outcomes[0]!) - by(b.outcomes[0]!));
      const name = `${CLOUDS[planned.cloud]}: ${what}`;
      return least === undefined
        ? [name, 'none', '', '']
        : [name, nameOf(least), ...cells(...relative(least.outcomes[0]!, oracle))];
    };
    const others = OTHER_SEEDS.map((seed) => {
      const trace = traces.burst!(seed);
      return relative(outcomeOf(lawOf(planned), trace), outcomeOf(yardstick, trace));
    });
    const worst = ([0, 1] as const).map((which) => Math.max(...others.map((each) => each[which])));
    return [
      edge(`least wait for at most ${GOAL.cost} of the cost`, isCheapEnough, ({ p95 }) => p95),
      edge(`least cost for at most ${GOAL.wait} of the wait`, isSoonEnough, ({ instanceHours }) => instanceHours),
      ...(best === undefined
        ? []
        : [[`${CLOUDS[planned.cloud]}: the default, other seeds`, nameOf(best), ...cells(worst[0]!, worst[1]!)]]),
    ];
  });
  return markdownTable(['', 'numbers', 'wait ÷ oracle', 'cost ÷ oracle'], rows);
}

/** What the goal would be against an oracle with the law itself: the law is better than what the yardstick is made of. */
function strongerOracle(planned: readonly PlannedFleet[]): string {
  const trace = traces.burst!();
  const sentences = planned.map((fleet) => {
    const [own, oracle] = [outcomeOf(lawOf(fleet), trace), outcomeOf(oracleWithLawOf(fleet), trace)];
    const [wait, cost] = [own.p95 / oracle.p95, own.instanceHours / oracle.instanceHours];
    const verdict = meetsGoal(own, oracle) ? 'within the goal' : 'beyond the goal';
    return `On ${CLOUDS[fleet.cloud]} the burst takes ${wait.toFixed(2)} times its wait and ${cost.toFixed(2)} times its cost (${verdict}).`;
  });
  return `The oracle of the tables knows what waits and runs, and no trend. An oracle with the law’s own expression and numbers is better than that one, and
harder to come near to, for what remains are the delays alone: three values of ten seconds before AWS acts, and the ten minutes for which
Compute Engine keeps a size. ${sentences.join(' ')}`;
}

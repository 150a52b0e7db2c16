import { lawOf, yardstick } from './contenders';
import { burden, meetsGoal } from './goals';
import { outcomeOf, type Outcome } from './outcome';
import type { PlannedFleet } from './planned-fleet';
import { traces } from './traces';

const UTILIZATIONS = [70, 80, 90];
const CLEAR_SECONDS = [15, 30, 60, 120, 240];
/** The traces of the goal. */
const GOAL_TRACES = ['burst', 'diurnal'] as const;

/** A trace and what the oracle makes of it. */
export interface Yardstick {
  readonly name: string;
  readonly oracle: Outcome;
}

/** The law with certain numbers. */
export interface Tried {
  readonly utilizationPercent: number;
  readonly clearSeconds: number;
  /** On the traces of the goal, as `yardsticks` has them. */
  readonly outcomes: readonly Outcome[];
  readonly meetsGoal: boolean;
  /** Product of the burdens over those of the oracle; less is better. */
  readonly score: number;
}

/** What a sweep found, best first. */
export interface Sweep {
  readonly yardsticks: readonly Yardstick[];
  readonly tried: readonly Tried[];
  /** The best of those that meet the goal on every one of its traces. */
  readonly best: Tried | undefined;
}

/** Tries the law's numbers in a planned fleet on the traces of the goal. */
export function sweep(planned: PlannedFleet): Sweep {
  const replayed = GOAL_TRACES.map((name) => traces[name]!());
  const yardsticks = replayed.map((trace) => ({ name: trace.name, oracle: outcomeOf(yardstick, trace) }));
  const numbers = UTILIZATIONS.flatMap((utilizationPercent) =>
    CLEAR_SECONDS.map((clearSeconds) => ({ utilizationPercent, clearSeconds })),
  );
  const tried = numbers.map((given): Tried => {
    const contender = lawOf({ ...planned, law: { ...planned.law, ...given } });
    const outcomes = replayed.map((trace) => outcomeOf(contender, trace));
    const oracleOf = (index: number): Outcome => yardsticks[index]!.oracle;
    return {
      ...given,
      outcomes,
      meetsGoal: outcomes.every((outcome, index) => meetsGoal(outcome, oracleOf(index))),
      score: outcomes.reduce((product, outcome, index) => (product * burden(outcome)) / burden(oracleOf(index)), 1),
    };
  });
  tried.sort((a, b) => a.score - b.score);
  return { yardsticks, tried, best: tried.find((one) => one.meetsGoal) };
}

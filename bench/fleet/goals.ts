import type { Outcome } from './outcome';

/** A wait that nobody notices, in seconds: below it no wait is worse than another. */
export const UNNOTICED_SECONDS = 1;
/** What the law may have of the oracle's wait (95th percentile) and cost (instance hours). */
export const GOAL = { wait: 2, cost: 1.2 } as const;

type Figures = Pick<Outcome, 'p95' | 'instanceHours'>;

/** Whether a fleet's wait is at most twice the oracle's, or one that nobody notices. */
export function isSoonEnough({ p95 }: Figures, oracle: Figures): boolean {
  return p95 <= Math.max(GOAL.wait * oracle.p95, UNNOTICED_SECONDS);
}

/** Whether it costs at most 1.2 times as much. */
export function isCheapEnough({ instanceHours }: Figures, oracle: Figures): boolean {
  return instanceHours <= GOAL.cost * oracle.instanceHours;
}

/** Both. */
export function meetsGoal(outcome: Figures, oracle: Figures): boolean {
  return isSoonEnough(outcome, oracle) && isCheapEnough(outcome, oracle);
}

/** What a fleet asks of everybody, to compare two on one trace: the 95th percentile of the wait (plus what nobody notices) x the instance hours; less is better. */
export function burden({ p95, instanceHours }: Figures): number {
  return (p95 + UNNOTICED_SECONDS) * instanceHours;
}

/** Whether it neither lets jobs wait longer (by what is noticed) nor costs more, and is better in one of them. */
export function dominates(one: Figures, other: Figures): boolean {
  const sooner = one.p95 < other.p95 - UNNOTICED_SECONDS;
  const cheaper = one.instanceHours < other.instanceHours;
  const asSoon = one.p95 <= other.p95 + UNNOTICED_SECONDS;
  const asCheap = one.instanceHours <= other.instanceHours;
  return asSoon && asCheap && (sooner || cheaper);
}

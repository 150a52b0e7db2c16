import { InvalidPropError } from './invalid-prop';
import { isKnown } from './known';

/** @throws InvalidPropError unless `value` is a whole number in the range. */
export function checkWhole(prop: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new InvalidPropError(prop, value, `must be a whole number from ${minimum} to ${maximum}`);
  }
}

/** @throws InvalidPropError when both numbers are known and the first is below the other */
export function checkAtLeast(prop: string, value: number, otherProp: string, other: number): void {
  if (isKnown(value) && isKnown(other) && value < other) {
    throw new InvalidPropError(prop, value, `must be at least ${otherProp}, which is ${other}`);
  }
}

/** @throws InvalidPropError unless `value` is a number in the range. */
export function checkRange(prop: string, value: number, minimum: number, maximum: number): void {
  if (!(value >= minimum && value <= maximum)) {
    throw new InvalidPropError(prop, value, `must be a number from ${minimum} to ${maximum}`);
  }
}

/** Retention periods that CloudWatch Logs accepts (API reference, PutRetentionPolicy), up to ten years. */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** @throws InvalidPropError unless CloudWatch Logs takes the period */
export function checkLogRetention(prop: string, days: number): void {
  if (!LOG_RETENTION_DAYS.includes(days)) {
    throw new InvalidPropError(prop, days, `must be one of ${LOG_RETENTION_DAYS.join(', ')}`);
  }
}

import { failed, ok, warning, type Finding } from './check';

/** What a deployment needs of something that an account may have only so much of. */
export interface Demand {
  /** Such as `vCPUs of on-demand instances`. */
  readonly what: string;
  /** What the first deployment starts. */
  readonly minimum: number;
  /** What it may grow to. @default minimum */
  readonly maximum?: number;
}

/** Compares what is wanted with what is left. The fix gets the quota that would do. */
export function compare(
  { what, minimum, maximum = minimum }: Demand,
  { limit, used }: { readonly limit: number; readonly used: number },
  fix: (wanted: number) => string,
): Finding {
  const check = `quota: ${what}`;
  const left = Math.max(0, limit - used);
  const wants = maximum > minimum ? `${minimum} to start, ${maximum} at most` : `${minimum}`;
  const found = `needs ${wants}; ${round(used)} of ${round(limit)} in use, ${round(left)} left`;
  const wanted = Math.ceil(used + maximum);
  if (minimum > left) return failed(found, fix(wanted), check);
  return maximum > left ? warning(found, fix(wanted), check) : ok(found, check);
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

import { NotKnown } from '../plan/not-known';

/** `warning`: the deployment works, but should be looked at. `could not be read`: nothing is known, neither good nor bad. */
export type State = 'ok' | 'warning' | 'failed' | 'could not be read';

/** What a check found. */
export interface Finding {
  /** What was looked at, where a check looks at several things. @default the check's name */
  readonly check?: string;
  readonly state: State;
  /** What is there, or what is not; the API's own words where it refused to answer. */
  readonly found: string;
  /** The command to run or the console's step. Given unless all is well. */
  readonly fix?: string;
  /** All of them, where `found` names a few. Only in the JSON. */
  readonly details?: readonly string[];
}

/** One question about an account. */
export interface Check {
  /** What is looked at, such as `zone`. */
  readonly name: string;
  /** Only reads. What it throws means that the answer could not be read. */
  readonly look: (signal: AbortSignal) => Promise<Finding | readonly Finding[]>;
}

/** A line of the report. */
export interface Result extends Finding {
  readonly check: string;
}

/** Why a check has no answer, in words of this program. Whatever else is thrown is reported in the API's words. */
export class CheckSkipped extends NotKnown {
  override name: string = 'CheckSkipped';
}

export const ok = (found: string, check?: string): Finding => ({ state: 'ok', found, check });
export const warning = (found: string, fix: string, check?: string): Finding => ({
  state: 'warning',
  found,
  fix,
  check,
});
export const failed = (found: string, fix: string, check?: string): Finding => ({ state: 'failed', found, fix, check });
export const unread = (found: string, fix?: string, check?: string): Finding => ({
  state: 'could not be read',
  found,
  fix,
  check,
});

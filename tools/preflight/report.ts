import { formatTable } from '../table';
import type { Result, State } from './check';

const SHOWN: Readonly<Record<State, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  'could not be read': 'could not be read',
};

/** The results as a table: below what was found stands the fix, in a line of its own, to be copied. */
export function formatReport(results: readonly Result[]): string {
  const rows = results.flatMap(({ state, check, found, fix }) => [
    [SHOWN[state], check, found],
    ...(fix === undefined ? [] : [['', '', `fix: ${fix}`]]),
  ]);
  return `${formatTable(['', 'check', 'found'], rows)}\n\n${summaryOf(results)}`;
}

function summaryOf(results: readonly Result[]): string {
  const count = (state: State): number => results.filter((result) => result.state === state).length;
  const parts = [`${count('ok')} ok`];
  for (const state of ['warning', 'failed', 'could not be read'] as const) {
    if (count(state) > 0) parts.push(`${count(state)} ${state}`);
  }
  return `${parts.join(', ')}. Nothing was changed.`;
}

/** Whether nothing failed: what could not be read may be well, and says so itself. */
export const hasPassed = (results: readonly Result[]): boolean => results.every(({ state }) => state !== 'failed');

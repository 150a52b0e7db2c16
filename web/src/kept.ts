import type { JobTicket, SubmitRequest } from '../../services/protocol/client';
import { programFrom } from './program';

/** The run of this tab: submitted, or known to the gateway. After a reload it is taken up again. */
export type KeptRun = { readonly request: SubmitRequest } | { readonly ticket: JobTicket };

/** What this tab keeps over a reload. Storage may be full or forbidden: then a reload forgets. */
export const keptProgram = slot('sandpiper.program', programFrom);
export const keptRun = slot('sandpiper.run', runFrom);
/** The user's JWT, where the gateway wants one. */
export const keptToken = slot('sandpiper.token', (value) => (typeof value === 'string' ? value : undefined));

interface Slot<T> {
  get(): T | undefined;
  set(value: T): void;
  clear(): void;
}

function slot<T>(key: string, from: (value: unknown) => T | undefined): Slot<T> {
  const attempt = <R>(work: () => R): R | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  return {
    get: () => attempt(() => from(JSON.parse(sessionStorage.getItem(key) ?? 'null'))),
    set: (value) => {
      // An old value is worse than none.
      attempt(() => sessionStorage.removeItem(key));
      attempt(() => sessionStorage.setItem(key, JSON.stringify(value)));
    },
    clear: () => void attempt(() => sessionStorage.removeItem(key)),
  };
}

function runFrom(value: unknown): KeptRun | undefined {
  const run = value as Partial<{ request: SubmitRequest; ticket: JobTicket }> | null;
  if (typeof run?.ticket?.job === 'string' && typeof run.ticket.token === 'string') return { ticket: run.ticket };
  return typeof run?.request?.idempotencyKey === 'string' ? { request: run.request } : undefined;
}

import type { FleetPresence } from './fleet-presence';
import type { JobStore } from './job-store';
import type { RateLimiter } from './rate-limiter';

/**
 * Carries events and commands between runners and clients, and holds the counters of the limits. It may fail over and lose its
 * tail, or come back empty: the queue message still holds the job, the runner takes it up again, and clients receive a `reset`.
 *
 * Leases and deadlines are measured by the store's own clock, so that those of machines may be wrong.
 *
 * Adapters: memory (one process), Redis/Valkey; each has three parts over one connection. The same conformance suites run against both.
 */
export interface EventStore {
  readonly jobs: JobStore;
  readonly limiter: RateLimiter;
  readonly presence: FleetPresence;

  /** @throws StoreUnavailableError when the store does not answer */
  ping(): Promise<void>;

  close(): Promise<void>;
}

/** The event store does not answer; worth a retry. */
export class StoreUnavailableError extends Error {
  readonly code = 'unavailable';
  constructor(cause: unknown) {
    super(`the event store is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StoreUnavailableError';
  }
}

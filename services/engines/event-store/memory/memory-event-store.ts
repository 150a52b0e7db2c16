import type { EventStore } from '../event-store';
import { MemoryFleetPresence } from './fleet-presence';
import { MemoryJobStore } from './job-store';
import { MemoryRateLimiter } from './rate-limiter';

/** An event store inside one process: the embedded default of `./sandpiper up`. What it knows is gone when the process is. */
export class MemoryEventStore implements EventStore {
  readonly jobs = new MemoryJobStore();
  readonly limiter = new MemoryRateLimiter();
  readonly presence = new MemoryFleetPresence(() => this.jobs.count());

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.jobs.close();
  }
}

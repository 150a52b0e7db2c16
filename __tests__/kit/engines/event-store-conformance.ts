import type { EventStore } from '../../../services/engines/event-store/event-store';
import { fleetPresenceConformance } from './fleet-presence-conformance';
import { jobStoreConformance } from './job-store-conformance';
import { rateLimiterConformance } from './rate-limiter-conformance';

/**
 * What every event store does, part by part.
 *
 * @param open opens a store on the same data each time it is called: the second one stands for another process
 */
export function eventStoreConformance(name: string, open: () => Promise<EventStore>): void {
  jobStoreConformance(name, open);
  rateLimiterConformance(name, open);
  fleetPresenceConformance(name, open);

  it(`${name} answers a ping`, async () => {
    const store = await open();
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
  });
}

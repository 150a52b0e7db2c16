import { engineSettings } from '../../contracts/engine-settings';
import { readSettings, type Environment } from '../program/read-settings';
import type { EventStore } from './event-store/event-store';
import type { JobQueue } from './job-queue/job-queue';
import { openEventStore } from './open-event-store';
import { openJobQueue } from './open-job-queue';

/** The engines that a program's environment names. */
export interface Engines {
  readonly queue: JobQueue;
  readonly store: EventStore;
  close(): Promise<void>;
}

/**
 * Opens queue and event store of a program on a machine. An event store that is away is waited for in the background: a process
 * that ended for it would be replaced again and again for as long as the outage lasts.
 *
 * @throws SettingError, or TypeError naming what is wrong with a URL
 */
export async function openEngines(environment: Environment): Promise<Engines> {
  const values = readSettings(engineSettings, environment);
  const queue = openJobQueue(values.queue, values.deadLetters);
  const store = await openEventStore(values.eventStore, {
    authentication: values.eventStoreAuthentication,
    authority: values.eventStoreAuthority,
    mayBeAway: true,
  });
  return {
    queue,
    store,
    close: async () => {
      await Promise.all([queue.close(), store.close()]);
    },
  };
}

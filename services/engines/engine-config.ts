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
 * Opens queue and event store of a program.
 *
 * @param options.mayBeAway whether an event store that is away is waited for, in the background. On a machine it is: a process that
 *   ended for it would be replaced again and again for as long as the outage lasts. @default true
 * @throws SettingError, or TypeError naming what is wrong with a URL
 */
export async function openEngines(
  environment: Environment,
  { mayBeAway = true }: { readonly mayBeAway?: boolean } = {},
): Promise<Engines> {
  const values = readSettings(engineSettings, environment);
  const queue = openJobQueue(values.queue, values.deadLetters);
  const store = await openEventStore(values.eventStore, {
    authentication: values.eventStoreAuthentication,
    authority: values.eventStoreAuthority,
    mayBeAway,
  });
  return {
    queue,
    store,
    close: async () => {
      await Promise.all([queue.close(), store.close()]);
    },
  };
}

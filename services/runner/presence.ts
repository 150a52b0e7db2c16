import type { FleetPresence, PresentRunner } from '../engines/event-store/fleet-presence';

/** A runner that is told of, for as long as it takes jobs. */
export interface Presence {
  /** It takes no more jobs. */
  withdraw(): Promise<void>;
}

const ANNOUNCED_EVERY_MS = 10_000;
/** A runner that died is counted for so long. */
const COUNTED_MS = 30_000;

/** Tells the event store of a runner, at once and from then on. What fails is told again by the next time. */
export function announce(fleet: FleetPresence, runner: PresentRunner): Presence {
  let telling: Promise<void> = Promise.resolve();
  const tell = (): void => {
    telling = fleet.announceRunner(runner, COUNTED_MS).catch(() => undefined);
  };
  tell();
  const timer = setInterval(tell, ANNOUNCED_EVERY_MS);
  return {
    withdraw: async () => {
      clearInterval(timer);
      await telling;
      await fleet.withdrawRunner(runner).catch(() => undefined);
    },
  };
}

import { DEMAND_PERIOD_SECONDS } from '../../../contracts/scaling';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetPresence } from '../../engines/event-store/fleet-presence';
import type { RateLimiter } from '../../engines/event-store/rate-limiter';
import { demandOf, type ScalingModel } from './demand';
import type { JobFigures } from './job-figures';
import { OfferedLoad } from './offered-load';
import type { DemandSink } from './sink';

/** Time between two values of the demand, over all gateways. */
export const DEMAND_PERIOD_MS = DEMAND_PERIOD_SECONDS * 1000;

/** Publishes what a fleet is scaled by. */
export interface DemandPublisher {
  /** Publishes the gateway's own jobs a last time. */
  close(): Promise<void>;
}

export interface DemandPublisherProps {
  readonly limiter: Pick<RateLimiter, 'takeTokens'>;
  readonly presence: Pick<FleetPresence, 'load'>;
  readonly sink: DemandSink;
  readonly model: ScalingModel;
  /** The gateway's own jobs. */
  readonly figures: JobFigures;
  /** Time between two values of the demand, over all gateways. @default {@link DEMAND_PERIOD_MS} */
  readonly periodMs?: number;
  /** Time between two publications of the gateway's own jobs. @default 60_000 */
  readonly jobsPeriodMs?: number;
  /** Told of each publication. @default nobody */
  readonly published?: (what: 'demand' | 'jobs', result: 'taken' | 'failed') => void;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * The demand is that of the whole fleet, so one gateway publishes it each period, whichever takes the event store's token first; if it dies,
 * another does so in the next. All of them look at the fleet in each period, so that each knows how the number of jobs grows. An event
 * store that is away is no demand of zero: nothing is published, which raises the alarm for missing demand and leaves the fleet as it is.
 */
export function startDemandPublisher(props: DemandPublisherProps): DemandPublisher {
  const {
    limiter,
    presence,
    sink,
    model,
    figures,
    periodMs = DEMAND_PERIOD_MS,
    jobsPeriodMs = 60_000,
    published = () => {},
    log,
  } = props;
  const turn = { key: 'demand publisher', capacity: 1, refillPerSecond: 1000 / periodMs };
  const coming = new OfferedLoad();
  const closing = new AbortController();
  const failing = new Set<string>();

  const taken = (what: 'demand' | 'jobs'): void => {
    failing.delete(what);
    published(what, 'taken');
  };
  /** An outage is logged once. */
  const failed = (what: 'demand' | 'jobs', error: unknown): void => {
    published(what, 'failed');
    if (!failing.has(what)) log(`the fleet’s ${what} could not be published`, { error: (error as Error).message });
    failing.add(what);
  };
  /** @returns the time until the next turn */
  const takeTurn = async (): Promise<number> => {
    try {
      const answer = await limiter.takeTokens(turn, 1);
      const load = await presence.load();
      const offeredSlots = coming.observe(performance.now() / 1000, load, model.meanJobMs / 1000);
      if (!answer.taken) return answer.retryAfterMs;
      await sink.publishDemand(demandOf(load, model, offeredSlots));
      taken('demand');
    } catch (error) {
      failed('demand', error);
    }
    return periodMs;
  };
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: closing.signal }).catch(() => {});
  const publishDemand = async (): Promise<void> => {
    while (!closing.signal.aborted) await pause(await takeTurn());
  };
  const publishJobs = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(jobsPeriodMs);
      await sink.publishJobs(figures).then(
        () => taken('jobs'),
        (error: unknown) => failed('jobs', error),
      );
    }
  };
  const working = Promise.all([publishDemand(), publishJobs()]);
  return {
    close: async () => {
      closing.abort();
      await working;
      sink.close();
    },
  };
}

import type { FleetPresence, Load, PresentRunner } from '../fleet-presence';
import type { RedisConnection } from './connection';
import { DEADLINES, WAITING } from './keys';

/** Those who take jobs, as `<slots> <id>`, by the end of their time. */
const RUNNERS = 'sandpiper:runners';

/** The runners in a sorted set of their own; the jobs are those that the job store counts. */
export class RedisFleetPresence implements FleetPresence {
  constructor(private readonly connection: RedisConnection) {}

  async announceRunner(runner: PresentRunner, ttlMs: number): Promise<void> {
    await this.connection.run('announce', [RUNNERS], memberOf(runner), ttlMs);
  }

  async withdrawRunner(runner: PresentRunner): Promise<void> {
    await this.connection.call((redis) => redis.zrem(RUNNERS, memberOf(runner)));
  }

  async load(): Promise<Load> {
    const [underWay, waiting, oldest, present] = await Promise.all([
      this.connection.call((redis) => redis.zcard(DEADLINES)),
      this.connection.call((redis) => redis.zcard(WAITING)),
      this.connection.call((redis) => redis.zrange(WAITING, 0, 0, 'WITHSCORES')),
      this.connection.run('present', [RUNNERS]) as Promise<[number, number, number]>,
    ]);
    const [nowMs, runners, slots] = present;
    const oldestWaitMs = oldest.length === 0 ? 0 : Math.max(0, nowMs - Number(oldest[1]));
    return { waiting, running: Math.max(0, underWay - waiting), oldestWaitMs, runners, slots };
  }
}

function memberOf({ id, slots }: PresentRunner): string {
  return `${slots} ${id}`;
}

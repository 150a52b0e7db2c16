import type { Load } from '../../engines/event-store/fleet-presence';

/** Over how long the growth is measured: two periods of the published demand, less what a turn may come early. Shorter is nervous, longer late. */
const WINDOW_SECONDS = 15;

interface Seen {
  readonly atSeconds: number;
  readonly running: number;
  /** Jobs that wait or run. */
  readonly jobs: number;
}

/**
 * How many slots the jobs fill that come now (Little's law: jobs a second x seconds a job), found from two looks at the fleet: what left in
 * between is what ran there, and what came besides made the number of jobs grow.
 *
 * The number of running jobs alone is too low while jobs wait for machines, and then, as a fleet grown for its queue works that off, far too
 * high: it would be held at that size by its own size.
 */
export class OfferedLoad {
  private readonly looks: Seen[] = [];

  /** Takes a look. @returns slots; those of the running jobs at the first look */
  observe(atSeconds: number, { waiting, running }: Pick<Load, 'waiting' | 'running'>, meanJobSeconds: number): number {
    const { looks } = this;
    // Kept: the newest that is as old as the window, and those after it.
    while (looks[1] && looks[1].atSeconds <= atSeconds - WINDOW_SECONDS) looks.shift();
    looks.push({ atSeconds, running, jobs: waiting + running });
    const elapsed = atSeconds - looks[0]!.atSeconds;
    if (elapsed <= 0) return running;
    const ran = looks.slice(1).reduce((sum, look, index) => {
      const before = looks[index]!;
      return sum + ((look.running + before.running) / 2) * (look.atSeconds - before.atSeconds);
    }, 0);
    return Math.max(0, (ran + (waiting + running - looks[0]!.jobs) * meanJobSeconds) / elapsed);
  }
}

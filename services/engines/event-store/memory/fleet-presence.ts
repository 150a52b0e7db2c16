import type { FleetPresence, Load, PresentRunner } from '../fleet-presence';

/** The part of the load that the jobs make. */
export type JobCounts = Pick<Load, 'waiting' | 'running' | 'oldestWaitMs'>;

/** The runners of one process. */
export class MemoryFleetPresence implements FleetPresence {
  private readonly runners = new Map<string, { slots: number; untilMs: number }>();

  constructor(private readonly countJobs: () => JobCounts) {}

  async announceRunner({ id, slots }: PresentRunner, ttlMs: number): Promise<void> {
    this.runners.set(id, { slots, untilMs: Date.now() + ttlMs });
  }

  async withdrawRunner({ id }: PresentRunner): Promise<void> {
    this.runners.delete(id);
  }

  async load(): Promise<Load> {
    const nowMs = Date.now();
    let slots = 0;
    for (const [id, runner] of this.runners) {
      if (runner.untilMs <= nowMs) this.runners.delete(id);
      else slots += runner.slots;
    }
    return { ...this.countJobs(), runners: this.runners.size, slots };
  }
}

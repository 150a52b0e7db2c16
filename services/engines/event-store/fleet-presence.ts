/** Which runners take jobs, and what there is to do. */
export interface FleetPresence {
  /** Announces a runner that takes jobs; it is forgotten after `ttlMs` milliseconds unless it is announced again. */
  announceRunner(runner: PresentRunner, ttlMs: number): Promise<void>;

  /** The runner takes no more jobs. */
  withdrawRunner(runner: PresentRunner): Promise<void>;

  /** What there is to do and who is there to do it, now. */
  load(): Promise<Load>;
}

/** A runner that takes jobs. */
export interface PresentRunner {
  readonly id: string;
  /** Jobs that it runs at once. */
  readonly slots: number;
}

/** Jobs that were accepted and have not ended, and the runners that take jobs. */
export interface Load {
  /** Jobs that nobody has claimed, or whose attempt was released. */
  readonly waiting: number;
  /** Jobs that somebody has claimed; those of a runner that died are among them until the next one claims them. */
  readonly running: number;
  /** How long the job has waited that has waited longest; 0 when none waits. */
  readonly oldestWaitMs: number;
  readonly runners: number;
  /** Of all runners together. */
  readonly slots: number;
}

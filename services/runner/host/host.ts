/** What the machine of a runner knows of its own end, and what its fleet must know of the runner. */
export interface RunnerHost {
  /** Resolves with the reason when the machine is to go soon: a spot notice, a scale-in. Never, where nobody gives notice. */
  leaving(signal: AbortSignal): Promise<string>;
  /** Told when the runner takes a job after it had none, and when it has none any more. Never rejects. */
  busy(isBusy: boolean): Promise<void>;
  /** While the runner drains: the machine is needed for a while yet. Never rejects. */
  stillDraining(): Promise<void>;
  /** The runner holds no job any more: the machine may go. Never rejects. */
  drained(): Promise<void>;
}

/** A machine that goes when it is told to, such as a developer's own. */
export const localHost: RunnerHost = {
  leaving: () => new Promise(() => undefined),
  busy: async () => undefined,
  stillDraining: async () => undefined,
  drained: async () => undefined,
};

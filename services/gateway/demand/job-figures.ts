/** What a gateway saw of its own jobs since it began. */
export interface JobFigures {
  /** When it began, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** How many ended, by outcome: the reason of an `exit` event or the code of an `error` event. */
  readonly ended: ReadonlyMap<string, number>;
  /** How often a job waited so many seconds from accepted to its first event, to two significant digits. */
  readonly waits: ReadonlyMap<number, number>;
}

/** Counts jobs as they begin and end. */
export interface JobTally {
  readonly figures: JobFigures;
  began(waitSeconds: number): void;
  ended(outcome: string): void;
}

export function tallyJobs(): JobTally {
  const ended = new Map<string, number>();
  const waits = new Map<number, number>();
  return {
    figures: { sinceMs: Date.now(), ended, waits },
    began: (waitSeconds) => countOne(waits, rounded(waitSeconds)),
    ended: (outcome) => countOne(ended, outcome),
  };
}

function countOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** So that there are few values, however many jobs. */
function rounded(seconds: number): number {
  return Math.max(0.001, Number(seconds.toPrecision(2)));
}

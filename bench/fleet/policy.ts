/** What a fleet shows of itself at a moment. */
export interface Observation {
  /** The moment, in seconds since the begin. */
  readonly at: number;
  /** Jobs in the queue that nobody holds. */
  readonly waiting: number;
  /** Jobs that a runner holds. */
  readonly inFlight: number;
  /** Instances that take jobs. */
  readonly inService: number;
  /** Instances that take jobs or will: those that boot too. */
  readonly capacity: number;
  /** What was asked for last. */
  readonly desired: number;
}

/** Decides how many instances there should be; it keeps what it has seen itself, with the delays of its cloud. */
export interface Policy {
  /** How often it is asked. */
  readonly intervalSeconds: number;
  /** How many instances there should be; the fleet's minimum and maximum hold besides. */
  decide(nowSeconds: number, seen: Observation): number;
}

/** A metric as a monitoring system shows it: one value a period, and each only some time after its period has ended. */
export class MetricHistory {
  private readonly values: number[] = [];

  constructor(
    readonly periodSeconds: number,
    /** From the end of a period until its value can be read. */
    readonly delaySeconds: number,
  ) {}

  /** Takes what is measured now; of one period the last value stays. */
  record(nowSeconds: number, value: number): void {
    this.values[Math.floor(nowSeconds / this.periodSeconds)] = value;
  }

  /** How many values can be read by now: all before this index. */
  visible(nowSeconds: number): number {
    return Math.max(0, Math.floor((nowSeconds - this.delaySeconds) / this.periodSeconds));
  }

  /** The last `count` values that can be read, oldest first; fewer at the begin. */
  last(nowSeconds: number, count: number): readonly number[] {
    const end = this.visible(nowSeconds);
    return this.values.slice(Math.max(0, end - count), end);
  }
}

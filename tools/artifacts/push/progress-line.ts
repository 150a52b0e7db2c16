import { tell } from '../../provision/progress';
import { inWords } from './size';

/** How often a terminal's line changes, and how often a log gets a line of its own. */
const REDRAW_MS = 100;
const LOG_MS = 5_000;

/** Tells how far a slow work is: on a terminal in one line that changes, elsewhere in a plain line each five seconds. */
export class ProgressLine {
  private done = 0;
  private moved = 0;
  private told: number;
  private readonly started = Date.now();
  private readonly isTerminal = process.stderr.isTTY;

  /** @param what such as `sending` */
  constructor(
    private readonly what: string,
    private readonly bytes: number,
  ) {
    this.told = this.started;
  }

  /** So many bytes more are done; those that needed no work count for no rate. */
  add(bytes: number, options: { readonly moved: boolean }): void {
    this.done += bytes;
    if (options.moved) this.moved += bytes;
    const now = Date.now();
    if (now - this.told < (this.isTerminal ? REDRAW_MS : LOG_MS)) return;
    this.told = now;
    if (this.isTerminal) process.stderr.write(`\r\x1b[Ksandpiper: ${this.line(now)}`);
    else tell(this.line(now));
  }

  /** A line of its own, above the one that changes. */
  say(line: string): void {
    this.clear();
    tell(line);
  }

  clear(): void {
    if (this.isTerminal) process.stderr.write('\r\x1b[K');
  }

  /** How fast it went, such as `8.1 MB/s`. */
  rate(now = Date.now()): string {
    return `${inWords(Math.round((this.moved * 1000) / Math.max(1, now - this.started)))}/s`;
  }

  private line(now: number): string {
    const percent = this.bytes === 0 ? 100 : Math.floor((this.done * 100) / this.bytes);
    return `${this.what}: ${inWords(this.done)} of ${inWords(this.bytes)}, ${percent} %, ${this.rate(now)}`;
  }
}

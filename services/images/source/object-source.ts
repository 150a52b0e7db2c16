import type { Readable } from 'node:stream';

/** Where objects are read from, such as a bucket. */
export interface ObjectSource {
  /** Such as `s3://bucket`; for errors. */
  readonly name: string;
  /**
   * The bytes of an object, from an offset on.
   *
   * @throws ObjectRefusedError when asking again would not help; every other error is worth another try
   */
  read(key: string, offset: number, signal: AbortSignal): Promise<Readable>;
  close(): void;
}

/** The source has no such object, or does not let this machine read it. */
export class ObjectRefusedError extends Error {
  constructor(source: string, key: string, reason: string) {
    super(`${source}/${key}: ${reason}`);
    this.name = 'ObjectRefusedError';
  }
}

/** HTTP statuses that will be the same next time. */
export const REFUSED: readonly number[] = [400, 401, 403, 404, 410, 416];

import type { CheckedFile } from './checked-file';

/** What became of an object: sent whole, sent from where an earlier run had stopped, or there before. */
export type Outcome = 'uploaded' | 'resumed' | 'there';

/** How a transfer is stopped, and whom it tells of its progress. */
export interface Transfer {
  readonly signal: AbortSignal;
  /** So many bytes more lie in the bucket. */
  sent(bytes: number): void;
  /** So many bytes needed not be sent: an earlier run had. */
  kept(bytes: number): void;
}

/** A bucket that objects are pushed to. */
export interface ObjectStore {
  /** Such as `s3://sandpiper-bootstrap-123456789012-eu-central-1`. */
  readonly url: string;
  /** Objects that are sent at the same time. */
  readonly objectsAtOnce: number;
  /** @throws Failure when the bucket is missing or closed */
  open(): Promise<void>;
  /** Whether the object is there, whole and by its sum. */
  holds(file: CheckedFile, signal: AbortSignal): Promise<boolean>;
  /** Sends what is missing of the object; the cloud has checked its sum when it returns. */
  send(file: CheckedFile, transfer: Transfer): Promise<Outcome>;
  close(): void;
}

import type { Readable } from 'node:stream';
import { SettingError } from '../../environment';

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

const SETTING = 'SANDPIPER_IMAGE_SOURCE';

/**
 * Opens the source that a setting names: `s3://<bucket>/<region>` or `gs://<bucket>`, read with the machine's own identity.
 * What a cloud needs is loaded only where it is used.
 *
 * @throws SettingError
 */
export function openObjectSource(url: string): ObjectSource {
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([a-z0-9-]+)$/.exec(url);
  if (s3) return (require('./s3-source') as typeof import('./s3-source')).s3Source(s3[1]!, s3[2]!);
  const gcs = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])$/.exec(url);
  if (gcs) return (require('./gcs-source') as typeof import('./gcs-source')).gcsSource(gcs[1]!);
  throw new SettingError(SETTING, url, 'must be s3://<bucket>/<region> or gs://<bucket>');
}

import { SettingError } from '../../program/read-settings';
import type { ObjectSource } from './object-source';

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

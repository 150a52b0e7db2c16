import { awsBootstrapBucketName } from '../../../contracts/bootstrap-bucket';
import type { StoredArtifact } from './artifact-bucket';

/** The bucket that holds what machines need and no stack uploads: one for each account and region. */
export interface BootstrapBucket {
  readonly bucket: string;
  readonly arn: string;
  /** An object of it, by its content-addressed key. */
  object(pushed: { readonly key: string; readonly sha256: string }): StoredArtifact;
}

/** Names the bucket: it must exist before the machines, so no stack makes it; `./sandpiper bootstrap aws` does. */
export function bootstrapBucket(place: {
  readonly application: string;
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}): BootstrapBucket {
  const bucket = awsBootstrapBucketName(place);
  const arn = `arn:${place.partition}:s3:::${bucket}`;
  return { bucket, arn, object: ({ key, sha256 }) => ({ bucket, key, arn: `${arn}/${key}`, sha256 }) };
}

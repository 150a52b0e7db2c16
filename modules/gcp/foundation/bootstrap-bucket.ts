import { gcpBootstrapBucketName } from '../../../contracts/bootstrap-bucket';
import type { StoredArtifact } from './artifact-bucket';

/** The bucket that holds what machines need and no stack uploads: one for each project. */
export interface BootstrapBucket {
  readonly bucket: string;
  /** An object of it, by its content-addressed key. */
  object(pushed: { readonly key: string; readonly sha256: string }): StoredArtifact;
}

/** Names the bucket: it must exist before the machines, so no stack makes it; `./sandpiper bootstrap gcp` does. */
export function bootstrapBucket(place: { readonly project: string; readonly application: string }): BootstrapBucket {
  const bucket = gcpBootstrapBucketName(place);
  return {
    bucket,
    object: ({ key, sha256 }) => ({
      bucket,
      key,
      resourceName: `projects/_/buckets/${bucket}/objects/${key}`,
      sha256,
    }),
  };
}

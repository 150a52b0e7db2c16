import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object';
import { AssetType, Fn, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import { physicalName } from '../../props/physical-name';
import type { ResolvedGcpPlatformProps } from './platform-props';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Days an artifact that is no longer deployed can still be brought back. */
const SUPERSEDED_DAYS = 30;
/** Of a bucket's 63 characters, those that a project's id of 30 leaves (Cloud Storage, "Bucket names"). */
const PREFIX_CHARACTERS = 63 - 30 - '--artifacts'.length;
const SOFT_DELETE_SECONDS = 7 * 24 * 3600;

/** A file in the artifact bucket. */
export interface StoredArtifact {
  readonly bucket: string;
  /** Name of the object, as an attribute: what names it waits until the file is there. */
  readonly key: string;
  /** Full resource name, as IAM conditions see it. */
  readonly resourceName: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
}

/**
 * Programs that machines fetch at boot: versioned, encrypted, nothing public, no object without its content's hash in its name.
 * It keeps no usage log of its own: Google writes those through a public group, which the policy "domain restricted
 * sharing" of many organizations refuses; the project's Data Access audit logs tell the same (docs/policy-exceptions.md).
 */
export class ArtifactBucket extends Construct {
  readonly bucket: StorageBucket;

  constructor(scope: Construct, id: string, props: ResolvedGcpPlatformProps) {
    super(scope, id);
    this.bucket = new StorageBucket(this, 'bucket', {
      // Bucket names are global; the project's id makes this one unique.
      name: `${props.project}-${physicalName([props.application, props.environment], PREFIX_CHARACTERS)}-artifacts`,
      // The API answers in upper case.
      location: isKnown(props.region) ? props.region.toUpperCase() : Fn.upper(props.region),
      storageClass: 'STANDARD',
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE_SECONDS },
      lifecycleRule: [
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: SUPERSEDED_DAYS, withState: 'ARCHIVED' } },
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 1 } },
      ],
      encryption: props.existingKeyId === undefined ? undefined : { defaultKmsKeyName: props.existingKeyId },
      forceDestroy: !props.deletionProtection,
    });
    guardAgainstDeletion(this.bucket, props.deletionProtection);
  }

  /**
   * Puts a local file into the bucket, under a name that holds the hash of its content.
   *
   * @param file.prefix first part of the name: whose file it is
   * @throws InvalidPropError naming `prop` when the file cannot be read
   */
  store(
    scope: Construct,
    id: string,
    file: { readonly prop: string; readonly path: string; readonly prefix: string },
  ): StoredArtifact {
    const sha256 = hashFile(file.prop, file.path);
    const asset = new TerraformAsset(scope, `${id}-file`, {
      path: path.resolve(file.path),
      type: AssetType.FILE,
      assetHash: sha256,
    });
    const name = `${file.prefix}/${sha256}`;
    const object = new StorageBucketObject(scope, id, {
      bucket: this.bucket.name,
      name,
      source: asset.path,
      contentType: 'application/octet-stream',
      // The new object is there before an instance asks for it; the old one goes when none is told of it any more.
      lifecycle: { createBeforeDestroy: true },
    });
    return {
      bucket: this.bucket.name,
      key: object.name,
      resourceName: `projects/_/buckets/${this.bucket.name}/objects/${name}`,
      sha256,
    };
  }
}

function hashFile(prop: string, file: string): string {
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    throw new InvalidPropError(prop, file, `cannot be read (${(error as NodeJS.ErrnoException).code}); build it first`);
  }
  return createHash('sha256').update(content).digest('hex');
}

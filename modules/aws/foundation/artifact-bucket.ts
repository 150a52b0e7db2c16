import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3Object } from '@cdktf/provider-aws/lib/s3-object';
import { AssetType, TerraformAsset, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { InvalidPropError } from '../../props/invalid-prop';
import type { AccessLogBucket } from './access-log-bucket';
import { lockDown, refusePlainText } from './bucket-lockdown';
import { policyDocument } from './policy-document';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Days an artifact that is no longer deployed is kept: what an instance refresh may still roll back to. */
const SUPERSEDED_DAYS = 90;

/** A file in the artifact bucket. */
export interface StoredArtifact {
  readonly bucket: string;
  readonly key: string;
  /** Version of the object: what an older boot script names is still there when instances are rolled back to it. @default - its key is content-addressed */
  readonly version?: string;
  readonly arn: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
}

/** Programs that machines fetch at boot: versioned, encrypted with the platform's key, TLS only, nothing public. */
export class ArtifactBucket extends Construct {
  readonly bucket: string;
  readonly arn: string;
  private readonly keyArn: string;
  private readonly ready: ITerraformDependable[];
  private readonly shared = new Map<string, StoredArtifact>();

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly name: string;
      readonly keyArn: string;
      readonly accessLogs: AccessLogBucket;
      readonly deletionProtection: boolean;
    },
  ) {
    super(scope, id);
    const bucket = new S3Bucket(this, 'bucket', {
      bucket: props.name,
      forceDestroy: !props.deletionProtection,
    });
    guardAgainstDeletion(bucket, props.deletionProtection);
    const versioning = lockDown(this, bucket);
    const encryption = new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: bucket.id,
      rule: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: props.keyArn },
          bucketKeyEnabled: true,
        },
      ],
    });
    new S3BucketPolicy(this, 'policy', { bucket: bucket.id, policy: policyDocument(...refusePlainText(bucket.arn)) });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'superseded-versions',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          noncurrentVersionExpiration: [{ noncurrentDays: SUPERSEDED_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
      ],
      dependsOn: [versioning],
    });
    new S3BucketLoggingA(this, 'access-log', {
      bucket: bucket.id,
      targetBucket: props.accessLogs.bucket,
      targetPrefix: props.accessLogs.artifactLogPrefix,
      dependsOn: props.accessLogs.ready,
    });
    this.bucket = bucket.id;
    this.arn = bucket.arn;
    this.keyArn = props.keyArn;
    this.ready = [versioning, encryption];
  }

  /**
   * Puts a local file into the bucket. Its key stays, its version changes with its content: a key made of the content would
   * be a new object each time, and Terraform would delete the one that an instance refresh rolls back to.
   *
   * @param file.prefix first part of the key: whose file it is
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
    const key = `${file.prefix}/${path.basename(file.path)}`;
    const object = new S3Object(scope, id, {
      bucket: this.bucket,
      key,
      source: asset.path,
      sourceHash: sha256,
      serverSideEncryption: 'aws:kms',
      kmsKeyId: this.keyArn,
      bucketKeyEnabled: true,
      contentType: 'application/octet-stream',
      dependsOn: this.ready,
    });
    return { bucket: this.bucket, key, version: object.versionId, arn: `${this.arn}/${key}`, sha256 };
  }

  /** Puts a file that services share into the bucket, once: a synthesized stack holds each file once. */
  storeShared(id: string, file: { readonly prop: string; readonly path: string }): StoredArtifact {
    const stored = this.shared.get(id) ?? this.store(this, id, { ...file, prefix: id });
    this.shared.set(id, stored);
    return stored;
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

import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { Lazy, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { lockDown, refusePlainText } from './bucket-lockdown';
import { policyDocument } from './policy-document';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Days the artifact bucket's own request log is kept. */
const BUCKET_LOG_DAYS = 90;
/** Prefix of the artifact bucket's request log. */
const BUCKET_LOG_PREFIX = 's3/';

/**
 * Where load balancers and the artifact bucket put their request logs. SSE-S3, the only encryption that a load balancer's
 * log delivery takes ("Enable access logs for your Application Load Balancer").
 */
export class AccessLogBucket extends Construct {
  readonly bucket: string;
  readonly artifactLogPrefix = BUCKET_LOG_PREFIX;
  /** What a load balancer must wait for: AWS checks that it may write when its log is turned on. */
  readonly ready: ITerraformDependable[];
  private readonly rules: object[] = [
    // One for the whole bucket, whoever writes to it.
    {
      id: 'incomplete-uploads',
      status: 'Enabled',
      filter: [{ prefix: '' }],
      abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
    },
  ];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly name: string; readonly accountId: string; readonly deletionProtection: boolean },
  ) {
    super(scope, id);
    const bucket = new S3Bucket(this, 'bucket', {
      bucket: props.name,
      forceDestroy: !props.deletionProtection,
    });
    guardAgainstDeletion(bucket, props.deletionProtection);
    const versioning = lockDown(this, bucket);
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: bucket.id,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    const policy = new S3BucketPolicy(this, 'policy', {
      bucket: bucket.id,
      policy: policyDocument(
        ...refusePlainText(bucket.arn),
        {
          sid: 'LoadBalancersWriteTheirLogs',
          principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          actions: ['s3:PutObject'],
          resources: [`${bucket.arn}/alb/*/AWSLogs/${props.accountId}/*`],
        },
        {
          sid: 'S3WritesTheArtifactBucketsLog',
          principal: { Service: 'logging.s3.amazonaws.com' },
          actions: ['s3:PutObject'],
          resources: [`${bucket.arn}/${BUCKET_LOG_PREFIX}*`],
          conditions: { StringEquals: { 'aws:SourceAccount': props.accountId } },
        },
      ),
    });
    this.expire('artifact-bucket', BUCKET_LOG_PREFIX, BUCKET_LOG_DAYS);
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: bucket.id,
      rule: Lazy.anyValue({ produce: () => this.rules }),
      dependsOn: [versioning],
    });
    this.bucket = bucket.id;
    this.ready = [policy];
  }

  /** Prefix of a load balancer's logs, whose entries are gone after `days`. */
  loadBalancerPrefix(service: string, days: number): string {
    const prefix = `alb/${service}`;
    this.expire(service, `${prefix}/`, days);
    return prefix;
  }

  private expire(id: string, prefix: string, days: number): void {
    this.rules.push({
      id: `${id}-${days}-days`,
      status: 'Enabled',
      filter: [{ prefix }],
      expiration: [{ days }],
      noncurrent_version_expiration: [{ noncurrent_days: 1 }],
    });
  }
}

import type { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import type { Construct } from 'constructs';
import type { PolicyStatement } from './policy-document';

/** Settings that every bucket of the platform has: nothing public, no ACLs, versions kept. */
export function lockDown(scope: Construct, bucket: S3Bucket): S3BucketVersioningA {
  new S3BucketPublicAccessBlock(scope, 'public-access', {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketOwnershipControls(scope, 'ownership', {
    bucket: bucket.id,
    rule: { objectOwnership: 'BucketOwnerEnforced' },
  });
  return new S3BucketVersioningA(scope, 'versioning', {
    bucket: bucket.id,
    versioningConfiguration: { status: 'Enabled' },
  });
}

/** Refuses every request that is not TLS 1.2 or newer. */
export function refusePlainText(bucketArn: string): PolicyStatement[] {
  const everything = {
    effect: 'Deny',
    principal: { AWS: '*' },
    actions: ['s3:*'],
    resources: [bucketArn, `${bucketArn}/*`],
  } as const;
  return [
    { ...everything, sid: 'TlsOnly', conditions: { Bool: { 'aws:SecureTransport': 'false' } } },
    { ...everything, sid: 'Tls12OrNewer', conditions: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
  ];
}

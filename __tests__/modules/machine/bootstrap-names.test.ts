import { awsBootstrapBucketName, gcpBootstrapBucketName } from '../../../contracts/bootstrap-bucket';

/** Both clouds: 3 to 63 characters (Amazon S3, "Bucket naming rules"; Cloud Storage, "About buckets"). */
const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

describe('the name of the bootstrap bucket', () => {
  it('is the one that stacks and commands share', () => {
    const place = { application: 'sandpiper', accountId: '123456789012', region: 'eu-central-1' };
    expect(awsBootstrapBucketName(place)).toBe('sandpiper-bootstrap-123456789012-eu-central-1');
    expect(gcpBootstrapBucketName({ ...place, project: 'acme-prod' })).toBe('acme-prod-sandpiper-bootstrap');
  });

  it('is allowed with the longest names that settings take', () => {
    const application = 'a'.repeat(12);
    const aws = { application, accountId: '123456789012', region: 'ap-southeast-99' };
    expect(awsBootstrapBucketName(aws)).toMatch(BUCKET_NAME);
    expect(gcpBootstrapBucketName({ application, project: 'p'.repeat(30) })).toMatch(BUCKET_NAME);
  });
});

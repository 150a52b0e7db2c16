import {
  DeleteBucketLifecycleCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { refusePlainText } from '../../../modules/aws/foundation/bucket-lockdown';
import { policyDocument } from '../../../modules/aws/foundation/policy-document';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { startS3Front, type S3Front } from '../../kit/clouds/aws/s3-front';
import { startSandpiper } from '../../kit/cli/start';
import { requireTool } from '../../kit/require-tool';

const REGION = 'eu-central-1';
const Bucket = `sandpiper-bootstrap-123456789012-${REGION}`;
const KEY = `arn:aws:kms:${REGION}:123456789012:key/00000000-0000-4000-8000-000000000001`;

describe('./sandpiper bootstrap aws', () => {
  requireTool('moto_server');
  let moto: Moto;
  let front: S3Front;
  let s3: S3Client;

  beforeAll(async () => {
    moto = await startMoto();
    front = await startS3Front(moto.port);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    s3 = new S3Client({ region: REGION, endpoint: front.endpoint, credentials, forcePathStyle: true });
  });
  afterAll(async () => {
    s3.destroy();
    await front.stop();
    await moto.stop();
  });

  const bootstrap = (...args: string[]) =>
    startSandpiper(['bootstrap', 'aws', '--region', REGION, ...args], {
      AWS_ENDPOINT_URL: front.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }).ended;
  const encryption = async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    return ServerSideEncryptionConfiguration!.Rules![0];
  };
  const AS_IT_SHOULD_BE = `s3://${Bucket}: is as it should be; nothing was changed\n`;

  it('makes a bucket that is closed, versioned, encrypted and tidied', async () => {
    expect(await bootstrap()).toEqual({ exitCode: 0, stdout: `s3://${Bucket}: made\n`, stderr: '' });
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(OwnershipControls!.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    expect(await encryption()).toMatchObject({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } });
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    // The same as the stacks' own buckets have.
    expect(JSON.parse(Policy!)).toEqual(JSON.parse(policyDocument(...refusePlainText(`arn:aws:s3:::${Bucket}`))));
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toMatchObject([
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      { Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 90 } },
    ]);
    const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    expect(TagSet).toEqual([
      { Key: 'application', Value: 'sandpiper' },
      { Key: 'purpose', Value: 'bootstrap' },
    ]);
  });

  it('changes nothing the second time, and says so', async () => {
    front.forget();
    expect(await bootstrap()).toEqual({ exitCode: 0, stdout: AS_IT_SHOULD_BE, stderr: '' });
    expect(front.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  });

  it('mends what was changed, says what, and leaves what others added', async () => {
    const others = { Sid: 'AuditorReads', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210987654321:root' } };
    const statement = { ...others, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }));
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    const TagSet = [{ Key: 'cost-centre', Value: '42' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    const { exitCode, stdout } = await bootstrap();
    expect(exitCode).toBe(0);
    const [first, heading, ...rows] = stdout.trim().split('\n');
    expect(first).toBe(`s3://${Bucket}: changed`);
    expect(heading).toMatch(/^setting +was +is$/);
    expect(rows.map((row) => row.split('  ')[0])).toEqual([
      'public access',
      'versioning',
      'policy',
      'lifecycle',
      'tags',
    ]);
    expect(rows[1]).toMatch(/Suspended +Enabled$/);
    const mended = JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy!) as {
      Statement: { Sid: string }[];
    };
    expect(mended.Statement.map(({ Sid }) => Sid)).toEqual(['TlsOnly', 'Tls12OrNewer', 'AuditorReads']);
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toContainEqual(TagSet[0]);
    expect((await bootstrap()).stdout).toBe(AS_IT_SHOULD_BE);
  });

  it('encrypts with a key that it is given, keeps it, and goes back when told to', async () => {
    expect((await bootstrap('--key-arn', KEY)).stdout).toContain(`AES256  aws:kms ${KEY}\n`);
    expect(await encryption()).toEqual({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
      BucketKeyEnabled: true,
    });
    expect((await bootstrap()).stdout).toBe(AS_IT_SHOULD_BE);
    expect((await bootstrap('--key-arn', 'none')).stdout).toMatch(/encryption .* AES256\n/);
    expect((await bootstrap()).stdout).toBe(AS_IT_SHOULD_BE);
  });

  it('refuses a key that cannot be used and a name that cannot be had', async () => {
    const noArn = await bootstrap('--key-arn', 'my-key');
    expect(noArn).toMatchObject({
      exitCode: 2,
      stderr: 'sandpiper: --key-arn: "my-key" is not the ARN of a KMS key\n',
    });
    const elsewhere = await bootstrap('--key-arn', KEY.replace(REGION, 'us-east-1'));
    expect(elsewhere.stderr).toBe('sandpiper: --key-arn: the key is in us-east-1, the bucket in eu-central-1\n');
    const name = await bootstrap('--application', 'Sandpiper');
    expect(name).toMatchObject({ exitCode: 2 });
    expect(name.stderr).toContain('APPLICATION: "Sandpiper" must begin with a letter');
  });

  it('says when the bucket belongs to another account, seen or only known', async () => {
    front.owners.set(Bucket, '999999999999');
    const message = `s3://${Bucket}: belongs to another account than 123456789012: choose another application name (--application, APPLICATION)\n`;
    expect(await bootstrap()).toEqual({ exitCode: 1, stdout: '', stderr: `sandpiper: ${message}` });
    front.owners.clear();
    front.refuse = ({ method, query }) => {
      if (method === 'HEAD') return { status: 404, code: 'NotFound' };
      return method === 'PUT' && query.size === 0 ? { status: 409, code: 'BucketAlreadyExists' } : undefined;
    };
    expect((await bootstrap()).stderr).toBe(`sandpiper: ${message}`);
    front.refuse = ({ query }) => (query.has('versioning') ? { status: 403, code: 'AccessDenied' } : undefined);
    expect((await bootstrap()).stderr).toBe(
      `sandpiper: s3://${Bucket}: access denied: needs s3:GetBucketVersioning, and the bucket must be this account's (AccessDenied)\n`,
    );
  });
});

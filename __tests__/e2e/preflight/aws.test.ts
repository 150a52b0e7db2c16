import * as path from 'node:path';
import { ImportCertificateCommand } from '@aws-sdk/client-acm';
import { CreateVpcCommand, DescribeSubnetsCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListHostedZonesCommand,
} from '@aws-sdk/client-route-53';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { selfSigned } from '../../../tools/artifacts/cert/self-signed';
import { preflightAws } from '../../../tools/preflight/aws/checks';
import type { Result } from '../../../tools/preflight/check';
import { hasPassed } from '../../../tools/preflight/report';
import { readSettings } from '../../../stacks/settings';
import { queryError, startAnsweringFront, type AnsweringFront } from '../../kit/clouds/aws/answering-front';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import {
  ACCOUNT,
  BUCKET,
  DOMAIN,
  quotaAnswers,
  readyAccount,
  REGION,
  ROLE,
  setUpClients,
  simulating,
  type SetUpClients,
} from '../../kit/clouds/preflight/aws-account';
import { readProgramManifest } from '../../../modules/machine/program-manifest';
import { synthesizedStack } from '../../kit/synthesize/stack';
import { requireTool } from '../../kit/require-tool';

const mockManifest = path.join(__dirname, '../../kit/playground/artifact-manifest.json');
const mockPrograms = path.join(__dirname, '../../kit/playground/program-manifest.json');

jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () =>
    jest.requireActual('../../../contracts/artifact-manifest').readArtifactManifest(mockManifest),
  pushedPrograms: (architecture: string) =>
    jest.requireActual('../../../modules/machine/program-manifest').readProgramManifest(mockPrograms).programs[
      architecture
    ],
}));
jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
// What `./sandpiper build` would have written.
jest.mock('../../../tools/preflight/pushed-objects', () => {
  const actual = jest.requireActual<typeof import('../../../tools/preflight/pushed-objects')>(
    '../../../tools/preflight/pushed-objects',
  );
  return {
    ...actual,
    pushedObjects: (reader: never, needs: never) =>
      actual.pushedObjects(reader, needs, { playground: mockManifest, programs: mockPrograms }),
  };
});

const GATEWAY = `gateway/${'0'.repeat(63)}1.tar.gz`;
const VALUES = { aws_region: REGION, domain: DOMAIN, app_jwt_secret: 'sekret' };
const PLENTY = { 'L-1216C47A': 64, 'L-34B43A08': 64, 'L-53DA6B97': 50 };
const ALL_ALLOWED = simulating(() => ({ decision: 'allowed' }));

describe('./sandpiper preflight aws', () => {
  if (!requireTool('moto_server')) return;
  jest.setTimeout(120_000);
  const before = { ...process.env };
  const settings = { ENVIRONMENT: 'prod', PLAYGROUND: 'true' };
  const stacks = new Map<string, ReturnType<typeof synthesizedStack>>();
  let moto: Moto;
  let front: AnsweringFront;
  let aws: SetUpClients;
  let session: Record<string, string>;

  beforeAll(async () => {
    moto = await startMoto();
    front = await startAnsweringFront(moto.port);
    aws = setUpClients(moto.endpoint);
    session = await readyAccount(aws, mockManifest);
  });
  beforeEach(() => {
    process.env = { ...before, ...session, AWS_ENDPOINT_URL: front.endpoint };
    front.answers = { SimulatePrincipalPolicy: ALL_ALLOWED, ...quotaAnswers(PLENTY) };
    front.calls.length = 0;
  });
  afterAll(async () => {
    process.env = before;
    Object.values(aws ?? {}).forEach((client) => client.destroy());
    await front?.stop();
    await moto?.stop();
  });

  const look = async (
    given: { readonly settings?: Record<string, string>; readonly values?: Record<string, string> } = {},
  ): Promise<Result[]> => {
    const env = { ...settings, ...given.settings };
    const key = JSON.stringify(env);
    return preflightAws(readSettings({ env, context: () => undefined }), { ...VALUES, ...given.values }, async () => {
      if (!stacks.has(key)) stacks.set(key, synthesizedStack('aws', env));
      return stacks.get(key)!;
    });
  };
  const of = (results: readonly Result[], check: string): Result => {
    const found = results.filter((result) => result.check === check);
    if (found.length !== 1) throw new Error(`${found.length} results of ${check}`);
    return found[0]!;
  };
  const not = (results: readonly Result[]) => results.filter(({ state }) => state !== 'ok');

  it('finds nothing wrong with an account in which nothing is missing, and only reads', async () => {
    const results = await look();
    expect(not(results)).toEqual([]);
    expect(hasPassed(results)).toBe(true);
    expect(results.map(({ check }) => check)).toEqual([
      ...['credentials', 'stack', 'region', 'values', 'permissions', 'service-linked roles', 'network', 'zone'],
      ...['CAA records', 'certificate', 'image', 'instance types', 'bootstrap bucket', 'artifacts'],
      ...['quota: vCPUs on demand', 'quota: vCPUs of spot', 'quota: VPCs', 'quota: internet gateways'],
      ...['quota: security groups', 'quota: Application Load Balancers'],
    ]);
    expect(of(results, 'credentials').found).toBe(
      `account ${ACCOUNT}, as arn:aws:sts::${ACCOUNT}:assumed-role/deployer/me`,
    );
    // 6 user APIs and 6 gateways of 2 vCPUs, 1 runner of 4; 9 runners may be spot.
    expect(of(results, 'quota: vCPUs on demand').found).toMatch(/^needs 12 to start, 28 at most; 0 of 64 in use/);
    expect(of(results, 'quota: vCPUs of spot').found).toMatch(/^needs 0 to start, 36 at most; 0 of 64 in use/);
    expect(of(results, 'image').found).toContain('debian-12-amd64-');
    expect(front.calls.filter((call) => !/^(Get|Describe|Simulate|GET |HEAD )/.test(call))).toEqual([]);
  });

  it('asks of the role whose session it is, with its path', async () => {
    const asked = new Set<string>();
    front.answers.SimulatePrincipalPolicy = simulating((_, __, principal) => {
      asked.add(principal);
      return { decision: 'allowed' };
    });
    expect(of(await look(), 'permissions').found).toMatch(new RegExp(`^all 1\\d\\d actions are allowed to ${ROLE}$`));
    expect([...asked]).toEqual([ROLE]);
  });

  it.each([
    [
      'expired',
      queryError('ExpiredToken', 'The security token included in the request is expired'),
      /^expired: .*is expired/,
      /aws sso login/,
    ],
    [
      'wrong',
      queryError('InvalidClientTokenId', 'The security token is invalid'),
      /InvalidClientTokenId/,
      /aws configure/,
    ],
  ])('says of credentials that are %s how to mend them, and asks nothing else', async (_, answer, found, fix) => {
    front.answers.GetCallerIdentity = () => answer;
    const results = await look();
    expect(of(results, 'credentials')).toMatchObject({
      state: 'failed',
      found: expect.stringMatching(found),
      fix: expect.stringMatching(fix),
    });
    expect(of(results, 'quotas')).toMatchObject({
      state: 'could not be read',
      found: expect.stringContaining('not asked'),
    });
    expect(hasPassed(results)).toBe(false);
    expect(new Set(front.calls)).toEqual(new Set(['GetCallerIdentity']));
  });

  it('asks for the region where none is given, and looks at what has none', async () => {
    const results = await look({ values: { aws_region: '' } });
    expect(of(results, 'values')).toMatchObject({ state: 'failed', found: 'aws_region is not given' });
    expect(of(results, 'region')).toMatchObject({ state: 'could not be read', found: 'aws_region is not given' });
    expect(of(results, 'zone').state).toBe('ok');
  });

  it('finds a region that the account has not opted into, and one that does not exist', async () => {
    expect(of(await look({ values: { aws_region: 'ap-east-1' } }), 'region')).toMatchObject({
      state: 'failed',
      fix: 'aws account enable-region --region-name ap-east-1',
    });
    const absent = of(await look({ values: { aws_region: 'eu-central-9' } }), 'region');
    expect(absent).toMatchObject({ state: 'failed', fix: expect.stringContaining('eu-central-1') });
  });

  it('names actions that are denied, by whom, and those that depend on conditions', async () => {
    front.answers.SimulatePrincipalPolicy = simulating((action) => {
      if (action === 'kms:CreateKey') return { decision: 'explicitDeny' };
      if (action === 'ec2:CreateVpc') return { decision: 'implicitDeny', organization: false };
      if (action === 'iam:CreateRole') return { decision: 'implicitDeny', boundary: false };
      if (action === 'sqs:CreateQueue') return { decision: 'implicitDeny', missingContext: 'aws:RequestTag/team' };
      return { decision: 'allowed' };
    });
    const found = (await look()).filter(({ check }) => check === 'permissions');
    expect(found).toMatchObject([
      {
        state: 'failed',
        found: expect.stringMatching(/denied: kms:CreateKey$/),
        fix: `allow them in a policy of ${ROLE}`,
      },
      { state: 'failed', found: expect.stringMatching(/denied by the boundary: iam:CreateRole$/) },
      { state: 'failed', found: expect.stringMatching(/denied by the organization: ec2:CreateVpc$/) },
      { state: 'warning', found: expect.stringMatching(/: sqs:CreateQueue$/), details: ['sqs:CreateQueue'] },
    ]);
  });

  it('takes a policy for enough that allows what the stack makes by name only', async () => {
    front.answers.SimulatePrincipalPolicy = simulating((action, resource) => {
      const isNarrow = action.startsWith('s3:') || action.startsWith('iam:');
      const isOwn = resource.includes('sandpiper-prod-');
      return { decision: !isNarrow || isOwn ? 'allowed' : 'implicitDeny' };
    });
    expect(not(await look())).toEqual([]);
  });

  it('says that the simulation itself is not allowed, and goes on', async () => {
    front.answers.SimulatePrincipalPolicy = () =>
      queryError('AccessDenied', 'User is not authorized to perform: iam:SimulatePrincipalPolicy');
    const results = await look();
    expect(not(results)).toMatchObject([
      {
        check: 'permissions',
        state: 'could not be read',
        found: expect.stringContaining('not authorized to perform: iam:SimulatePrincipalPolicy'),
        fix: expect.stringContaining(`allow iam:SimulatePrincipalPolicy on ${ROLE}`),
      },
    ]);
    expect(hasPassed(results)).toBe(true);
  });

  it('asks no simulation of the root user, and advises against it', async () => {
    front.answers.GetCallerIdentity = () => ({
      body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:root</Arn><UserId>1</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    });
    const results = await look();
    expect(of(results, 'credentials')).toMatchObject({
      state: 'warning',
      fix: expect.stringContaining('role or user'),
    });
    expect(of(results, 'permissions').found).toMatch(/^the root user may do all/);
  });

  it('finds quotas that the start, or the growth, does not fit into', async () => {
    front.answers = { ...front.answers, ...quotaAnswers({ 'L-1216C47A': 5, 'L-34B43A08': 16 }, { 'L-53DA6B97': 1 }) };
    const { ec2 } = aws;
    await ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-0debian12amd64001', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
    );
    // One of this stack, deployed before, takes nothing away from it.
    await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-0debian12amd64001',
        InstanceType: 'm6i.xlarge',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'application', Value: 'sandpiper' },
              { Key: 'environment', Value: 'prod' },
            ],
          },
        ],
      }),
    );
    for (let made = 0; made < 4; made += 1) await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const results = await look();
    expect(of(results, 'quota: vCPUs on demand')).toEqual({
      check: 'quota: vCPUs on demand',
      state: 'failed',
      found: 'needs 12 to start, 28 at most; 2 of 5 in use, 3 left',
      fix: 'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 30 --region eu-central-1',
    });
    expect(of(results, 'quota: vCPUs of spot').state).toBe('warning');
    expect(of(results, 'quota: VPCs')).toMatchObject({
      state: 'failed',
      found: 'needs 1; 5 of 5 in use, 0 left',
      fix: expect.stringContaining('--service-code vpc --quota-code L-F678F1CE --desired-value 6'),
    });
    // Only the default is known of it.
    expect(of(results, 'quota: Application Load Balancers')).toMatchObject({
      state: 'failed',
      found: 'needs 2; 0 of 1 in use, 1 left',
    });
    const small = await look({ values: { runner_max_instances: '2', max_instances: '2', min_instances: '1' } });
    expect(of(small, 'quota: vCPUs of spot').state).toBe('ok');
  });

  it('shows the API’s words where a quota cannot be read', async () => {
    front.answers.GetServiceQuota = () => ({
      status: 400,
      body: { __type: 'AccessDeniedException', Message: 'not authorized to perform: servicequotas:GetServiceQuota' },
    });
    expect(of(await look(), 'quota: vCPUs on demand')).toMatchObject({
      state: 'could not be read',
      found: 'AccessDeniedException: not authorized to perform: servicequotas:GetServiceQuota',
      fix: 'console, Service Quotas, ec2: L-1216C47A must leave 28',
    });
  });

  it('finds zones that are missing, private, double, or of another domain', async () => {
    const zone = async (values: Record<string, string>) => of(await look({ values }), 'zone');
    expect(await zone({ domain: 'example.org' })).toMatchObject({
      state: 'failed',
      found: 'no zone example.org in this account',
      fix: expect.stringContaining('aws route53 create-hosted-zone --name example.org'),
    });
    expect(await zone({ domain: `dev.${DOMAIN}`, zone: DOMAIN })).toMatchObject({ state: 'ok' });
    expect(await zone({ zone: 'example.org' })).toMatchObject({
      state: 'failed',
      found: `example.org does not hold ${DOMAIN}`,
    });
    const { route53 } = aws;
    const make = (isPrivate: boolean, reference: string) =>
      route53.send(
        new CreateHostedZoneCommand({
          Name: 'other.test',
          CallerReference: reference,
          ...(isPrivate ? { HostedZoneConfig: { PrivateZone: true }, VPC: { VPCId: 'vpc-1', VPCRegion: REGION } } : {}),
        }),
      );
    await make(true, '1');
    expect(await zone({ domain: 'other.test' })).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('only private'),
    });
    await make(false, '2');
    await make(false, '3');
    expect(await zone({ domain: 'other.test' })).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('2 public zones'),
    });
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    for (const { Id, Name } of HostedZones) {
      if (Name === 'other.test.') await route53.send(new DeleteHostedZoneCommand({ Id }));
    }
  });

  it('finds CAA records that let others only issue', async () => {
    const { route53 } = aws;
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    const zoneId = HostedZones.find(({ Name }) => Name === `${DOMAIN}.`)!.Id;
    const change = (Action: 'UPSERT' | 'DELETE', ...values: string[]) =>
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zoneId,
          ChangeBatch: {
            Changes: [
              {
                Action,
                ResourceRecordSet: {
                  Name: DOMAIN,
                  Type: 'CAA',
                  TTL: 60,
                  ResourceRecords: values.map((Value) => ({ Value })),
                },
              },
            ],
          },
        }),
      );
    await change('UPSERT', '0 issue "letsencrypt.org"', '0 iodef "mailto:a@example.test"');
    expect(of(await look(), 'CAA records')).toMatchObject({
      state: 'failed',
      found: `${DOMAIN} lets others only issue: 0 issue "letsencrypt.org"`,
      fix: `add 0 issue "amazon.com" to the CAA record of ${DOMAIN}`,
    });
    await change('UPSERT', '0 issue "letsencrypt.org"', '0 issue "amazontrust.com"');
    expect(of(await look(), 'CAA records')).toMatchObject({ state: 'ok', found: 'amazon.com may issue' });
    await change('DELETE', '0 issue "letsencrypt.org"', '0 issue "amazontrust.com"');
  });

  describe('with an existing certificate', () => {
    const existing = { CERTIFICATE: 'existing' };
    const look1 = async (certificate_id: string | undefined, more: Record<string, string> = {}) =>
      of(
        await look({
          settings: { ...existing, ...more },
          values: certificate_id === undefined ? {} : { certificate_id },
        }),
        'certificate',
      );
    const imported = async (names: [string, ...string[]], days: number) => {
      const { certificate, privateKey } = await selfSigned(names, days);
      const { CertificateArn } = await aws.acm.send(
        new ImportCertificateCommand({ Certificate: Buffer.from(certificate), PrivateKey: Buffer.from(privateKey) }),
      );
      return CertificateArn!;
    };

    it('takes one that is issued and names both hosts, or whatever where there is no domain', async () => {
      const arn = await imported([`*.${DOMAIN}`], 90);
      expect(await look1(arn)).toMatchObject({ state: 'ok', found: expect.stringContaining(`issued for *.${DOMAIN}`) });
      expect(await look1(await imported(['x.internal'], 90), { DOMAIN: 'none' })).toMatchObject({ state: 'ok' });
    });

    it('refuses one that is absent, of elsewhere, not issued, of other names, or at its end', async () => {
      const arn = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012`;
      expect(await look1(undefined)).toMatchObject({
        state: 'could not be read',
        found: 'certificate_id is not given',
      });
      expect(await look1('one')).toMatchObject({ state: 'failed', found: '"one" is no ARN of ACM' });
      expect(await look1(arn)).toMatchObject({ state: 'failed', found: `ACM has no ${arn}` });
      expect(await look1(arn.replace(REGION, 'us-east-1'))).toMatchObject({
        found: `the certificate is in us-east-1, the load balancer in ${REGION}`,
        fix: `./sandpiper cert import aws --region ${REGION}`,
      });
      expect(await look1(arn.replace(ACCOUNT, '111122223333'))).toMatchObject({
        found: 'the certificate is account 111122223333’s',
      });
      expect(await look1(await imported([`user-api.${DOMAIN}`], 90))).toMatchObject({
        state: 'failed',
        found: `it does not name playground.${DOMAIN}`,
      });
      const old = await imported([`*.${DOMAIN}`], 5);
      expect(await look1(old)).toMatchObject({ state: 'warning', fix: `./sandpiper cert import aws --replace ${old}` });
      // moto imports no certificate that has expired, and issues others at once.
      const described = (change: object) => () => ({
        body: { Certificate: { Status: 'ISSUED', DomainName: `*.${DOMAIN}`, Type: 'AMAZON_ISSUED', ...change } },
      });
      front.answers.DescribeCertificate = described({ NotAfter: Date.UTC(2020, 1, 2) / 1000 });
      expect(await look1(arn)).toMatchObject({ state: 'failed', found: 'it expired on 2020-02-02' });
      front.answers.DescribeCertificate = described({ Status: 'PENDING_VALIDATION' });
      expect(await look1(arn)).toMatchObject({
        state: 'failed',
        found: 'its status is PENDING_VALIDATION',
        fix: expect.stringContaining('DNS records'),
      });
    });
  });

  it('finds artifacts that were not pushed, or not whole, and a bucket that is not there', async () => {
    const place = { Bucket: BUCKET, Key: GATEWAY };
    await aws.s3.send(new DeleteObjectCommand(place));
    expect(of(await look(), 'artifacts')).toMatchObject({
      state: 'failed',
      found: 'not pushed: gateway',
      fix: `./sandpiper push aws --region ${REGION} --application sandpiper`,
    });
    await aws.s3.send(new PutObjectCommand({ ...place, Body: 'half of it' }));
    expect(of(await look(), 'artifacts').found).toBe('of another size than what was built: gateway');
    await aws.s3.send(new PutObjectCommand({ ...place, Body: 'x' }));
    const elsewhere = await look({ settings: { APPLICATION: 'other' } });
    expect(of(elsewhere, 'bootstrap bucket')).toMatchObject({
      state: 'failed',
      fix: `./sandpiper bootstrap aws --region ${REGION} --application other`,
    });
    expect(of(elsewhere, 'artifacts')).toMatchObject({ state: 'failed', found: '3 are built, none is pushed' });
    expect(of(await look({ settings: { PLAYGROUND: 'false' } }), 'artifacts').state).toBe('ok');
    const pushed = { settings: { PLAYGROUND: 'false', ARTIFACTS: 'pushed' } };
    expect(of(await look(pushed), 'artifacts')).toMatchObject({
      state: 'failed',
      found: 'not pushed: user-api x64, host-agent x64',
      fix: `./sandpiper push aws --region ${REGION} --application sandpiper`,
    });
    const { userApi, hostAgent } = readProgramManifest(mockPrograms).programs.x64!;
    for (const { key } of [userApi, hostAgent]) {
      await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'x' }));
    }
    expect(of(await look(pushed), 'artifacts')).toMatchObject({ state: 'ok', found: 'all 2 are pushed' });
  });

  it('finds images and instance types that are not offered', async () => {
    expect(of(await look({ values: { base_image: 'ami-0123456789abcdef0' } }), 'image')).toMatchObject({
      state: 'failed',
      found: `ami-0123456789abcdef0 is not available in ${REGION}`,
    });
    front.answers.DescribeImages = () => ({ body: '<DescribeImagesResponse><imagesSet/></DescribeImagesResponse>' });
    expect(of(await look(), 'image')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('136693071363'),
    });
    front.answers.DescribeInstanceTypeOfferings = () => ({
      body: `<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet>${['m6i.xlarge', 't3.small']
        .map((type) => `<item><instanceType>${type}</instanceType><location>eu-central-1a</location></item>`)
        .join('')}</instanceTypeOfferingSet></DescribeInstanceTypeOfferingsResponse>`,
    });
    const found = (await look()).filter(({ check }) => check === 'instance types');
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('is not offered in eu-central-1b'),
    });
    front.answers.DescribeInstanceTypeOfferings = () => ({
      body: '<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet/></DescribeInstanceTypeOfferingsResponse>',
    });
    const none = (await look()).filter(({ check }) => check === 'instance types');
    expect(none.every(({ state, found: words }) => state === 'failed' && words.includes('in none of'))).toBe(true);
  });

  it('finds service-linked roles that are missing and may not be made', async () => {
    await aws.iam.send(new DeleteRoleCommand({ RoleName: 'AWSServiceRoleForAutoScaling' }));
    expect(of(await look(), 'service-linked roles')).toMatchObject({
      state: 'ok',
      found: 'AWSServiceRoleForAutoScaling is made when it is first needed',
    });
    front.answers.SimulatePrincipalPolicy = simulating((action) => ({
      decision: action === 'iam:CreateServiceLinkedRole' ? 'implicitDeny' : 'allowed',
    }));
    expect(of(await look(), 'service-linked roles')).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com'),
    });
  });

  it('finds subnets of an existing network that are not there, or all in one zone', async () => {
    const { Subnets = [] } = await aws.ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    const ids = Subnets.map(({ SubnetId = '' }) => SubnetId);
    const values = {
      vpc_id: Subnets[0]!.VpcId!,
      public_subnet_ids: JSON.stringify(ids),
      private_subnet_ids: JSON.stringify(ids),
    };
    const networks = async (change: Record<string, string>) =>
      (await look({ settings: { NETWORK: 'existing' }, values: { ...values, ...change } })).filter(
        ({ check }) => check === 'network',
      );
    expect(await networks({})).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
    const wrong = await networks({
      public_subnet_ids: JSON.stringify([ids[0]]),
      private_subnet_ids: '["subnet-0123456789abcdef0"]',
    });
    expect(wrong).toMatchObject([
      { state: 'failed', found: expect.stringContaining('need two zones') },
      { state: 'failed', found: expect.stringContaining('there is no subnet-0123456789abcdef0') },
    ]);
    expect(await networks({ vpc_id: 'vpc-other' })).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
  });
});

import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { readArtifactManifest } from '../../../../contracts/artifact-manifest';
import { awsBootstrapBucketName } from '../../../../contracts/bootstrap-bucket';
import type { Answer } from '../aws/answering-front';

export const REGION = 'eu-central-1';
export const ACCOUNT = '123456789012';
export const DOMAIN = 'example.test';
export const ROLE = 'arn:aws:iam::123456789012:role/teams/platform/deployer';
export const BUCKET = awsBootstrapBucketName({ application: 'sandpiper', accountId: ACCOUNT, region: REGION });

/** Clients that set the account up, past what is tested. */
export function setUpClients(endpoint: string) {
  const config = { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    acm: new ACMClient(config),
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    route53: new Route53Client(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
  };
}

export type SetUpClients = ReturnType<typeof setUpClients>;

const SERVICE_ROLES = [
  ['autoscaling', 'AutoScaling'],
  ['elasticloadbalancing', 'ElasticLoadBalancing'],
  ['elasticache', 'ElastiCache'],
  ['spot', 'EC2Spot'],
] as const;

/** Makes an account in which nothing is missing, and returns the credentials of a session of {@link ROLE}. */
export async function readyAccount(aws: SetUpClients, manifestFile: string): Promise<Record<string, string>> {
  const { gateway, runner, images } = readArtifactManifest(manifestFile);
  await aws.iam.send(
    new CreateRoleCommand({ RoleName: 'deployer', Path: '/teams/platform/', AssumeRolePolicyDocument: '{}' }),
  );
  // As the services name them; moto gives its own names to those that it makes itself.
  for (const [service, name] of SERVICE_ROLES) {
    const role = { RoleName: `AWSServiceRoleFor${name}`, Path: `/aws-service-role/${service}.amazonaws.com/` };
    await aws.iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument: '{}' }));
  }
  await aws.route53.send(new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'ready' }));
  await aws.s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  for (const { key, bytes } of [gateway, runner, ...images]) {
    await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: Buffer.alloc(bytes) }));
  }
  const { Credentials } = await aws.sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'me' }));
  return {
    AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId!,
    AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey!,
    AWS_SESSION_TOKEN: Credentials!.SessionToken!,
  };
}

/** What a policy says of an action on a resource. */
export interface Verdict {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  readonly missingContext?: string;
  readonly organization?: boolean;
  readonly boundary?: boolean;
}

const PAGE = 25;

/** SimulatePrincipalPolicy as IAM's API model has it, in pages; moto has none. */
export function simulating(decide: (action: string, resource: string, principal: string) => Verdict): Answer {
  return (parameters) => {
    const list = (name: string): string[] =>
      [...parameters].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
    const from = Number(parameters.get('Marker') ?? 0);
    const actions = list('ActionNames');
    const [resource = '*'] = list('ResourceArns');
    const members = actions.slice(from, from + PAGE).map((action) => {
      const verdict = decide(action, resource, parameters.get('PolicySourceArn') ?? '');
      return (
        `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>${resource}</EvalResourceName>` +
        `<EvalDecision>${verdict.decision}</EvalDecision><MatchedStatements/><MissingContextValues>` +
        (verdict.missingContext ? `<member>${verdict.missingContext}</member>` : '') +
        '</MissingContextValues>' +
        (verdict.organization === undefined
          ? ''
          : `<OrganizationsDecisionDetail><AllowedByOrganizations>${verdict.organization}</AllowedByOrganizations></OrganizationsDecisionDetail>`) +
        (verdict.boundary === undefined
          ? ''
          : `<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>${verdict.boundary}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>`) +
        '</member>'
      );
    });
    const more = from + PAGE < actions.length;
    return {
      body:
        '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>' +
        `<IsTruncated>${more}</IsTruncated>${more ? `<Marker>${from + PAGE}</Marker>` : ''}` +
        `<EvaluationResults>${members.join('')}</EvaluationResults>` +
        '</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>',
    };
  };
}

/** Quotas of EC2 and Elastic Load Balancing, which moto lacks: those of the account, or none of its own. moto knows those of VPCs. */
export function quotaAnswers(
  values: Readonly<Record<string, number>>,
  defaults: Readonly<Record<string, number>> = {},
) {
  const answer =
    (of: Readonly<Record<string, number>>): Answer =>
    (_, { ServiceCode, QuotaCode }) => {
      const value = of[QuotaCode as string];
      if (value !== undefined) return { body: { Quota: { ServiceCode, QuotaCode, Value: value } } };
      if (ServiceCode === 'vpc') return undefined;
      return { status: 400, body: { __type: 'NoSuchResourceException', Message: 'no such quota' } };
    };
  return { GetServiceQuota: answer(values), GetAWSDefaultServiceQuota: answer(defaults) };
}

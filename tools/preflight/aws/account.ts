import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Settings } from '../../../stacks/settings';
import { failed, ok, CheckSkipped, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import type { Stack } from '../../plan/synthesized';
import type { Values } from '../values';

/** What the checks of an account read from. */
export interface AwsAccount {
  readonly settings: Settings;
  readonly values: Values;
  readonly clients: AwsClients;
  readonly identity: Identity;
  /** The region, or an {@link CheckSkipped} where none is given. */
  region(): string;
  /** The stack that is to be deployed. Rejects with an {@link CheckSkipped} where it could not be synthesized. */
  readonly stack: Promise<Stack>;
}

/** Who asks. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  /** Such as `aws`, `aws-cn`. */
  readonly partition: string;
}

export type AwsClients = ReturnType<typeof awsClients>;

/** A region of the same partition that every account has: a region that is not enabled refuses even to say who asks. */
function alwaysEnabled(region: string | undefined): string {
  if (region?.startsWith('cn-')) return 'cn-north-1';
  return region?.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}

/** Clients that take credentials, and `AWS_ENDPOINT_URL`, from the SDK's usual places. */
export function awsClients(region: string | undefined) {
  const everywhere = { region: alwaysEnabled(region) };
  const config = region === undefined ? everywhere : { region };
  return {
    acm: new ACMClient(config),
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    /** Where it is asked which regions there are. */
    home: new EC2Client(everywhere),
    iam: new IAMClient(everywhere),
    quotas: new ServiceQuotasClient(config),
    route53: new Route53Client(everywhere),
    // Buckets are asked for by path: their names are no host names of an emulator.
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(everywhere),
  };
}

export function closeClients(clients: AwsClients): void {
  Object.values(clients).forEach((client) => client.destroy());
}

/** Names of errors that stand for credentials of another time. */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'];

/** Asks who the credentials belong to: the one question that every identity may ask. */
export async function readIdentity(
  { sts }: AwsClients,
  signal: AbortSignal,
): Promise<{ readonly identity?: Identity; readonly finding: Finding }> {
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
    if (Account === undefined || Arn === undefined) throw new CheckSkipped('STS answered without an account');
    const identity = { accountId: Account, arn: Arn, partition: Arn.split(':')[1] ?? 'aws' };
    const found = `account ${Account}, as ${Arn}`;
    return {
      identity,
      finding: isRoot(identity)
        ? warning(found, 'deploy as a role or user: the root user’s keys cannot be bounded, and should not exist')
        : ok(found),
    };
  } catch (error) {
    const isExpired = EXPIRED.includes((error as Error).name) || /expired/i.test((error as Error).message);
    const finding = isExpired
      ? failed(`expired: ${wordsOf(error)}`, 'aws sso login, or new keys; then aws sts get-caller-identity')
      : failed(wordsOf(error), 'aws configure (or aws sso login); aws sts get-caller-identity must answer');
    return { finding };
  }
}

export const isRoot = ({ arn }: Identity): boolean => arn.endsWith(':root');

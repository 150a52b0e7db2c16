import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsBootstrapBucketName } from '../../../contracts/bootstrap-bucket';
import { Failure, wrongUsage } from '../../failure';
import { credentialsFailure } from './aws-errors';

/** Failures that pass (5xx, throttling, a lost connection) are tried again by the SDK, so often in all. */
const TRIES = 7;
/** A connection on which nothing moves for so long is given up. */
const IDLE_MS = 60_000;
const CONNECT_MS = 10_000;

/** Where the bootstrap bucket is or will be, and how to get there. */
export interface AwsAccount {
  readonly s3: S3Client;
  readonly accountId: string;
  readonly partition: string;
  readonly region: string;
  readonly bucket: string;
}

/** Finds out whose credentials these are; they come from the SDK's usual places. @throws Failure when there are none, or no region */
export async function openAwsAccount(place: {
  readonly application: string;
  readonly region?: string;
}): Promise<AwsAccount> {
  const sts = new STSClient({ region: place.region, maxAttempts: TRIES });
  try {
    const region = await regionOf(sts);
    const { Account: accountId = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    const s3 = new S3Client({
      region,
      maxAttempts: TRIES,
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
    });
    const bucket = awsBootstrapBucketName({ application: place.application, accountId, region });
    return { s3, accountId, partition: Arn.split(':')[1] ?? 'aws', region, bucket };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw (
      credentialsFailure(error as Error) ?? new Failure(`AWS does not say who this is: ${(error as Error).message}`)
    );
  } finally {
    sts.destroy();
  }
}

async function regionOf(client: STSClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw wrongUsage('--region (or AWS_REGION) must be given');
  }
}

import {
  CreateBucketCommand,
  HeadBucketCommand,
  waitUntilBucketExists,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { Failure, wrongUsage } from '../../failure';
import type { AwsAccount } from './aws-account';
import { nameOf, statusOf, telling } from './aws-errors';
import { bucketSettings, type AwsBucketOptions } from './aws-settings';
import { withBackoff } from '../../../services/program/retry';
import type { Change } from './change';

const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/.+$/;
/** A bucket of just now is not known everywhere at once, and takes one change at a time. */
const SETTLING = ['NoSuchBucket', 'OperationAborted'];
const LONGEST_WAIT_SECONDS = 60;

/** Makes the bucket where it is missing, and mends those of its settings that are not as they should be. */
export async function bootstrapAws(
  account: AwsAccount,
  options: AwsBucketOptions,
): Promise<{ readonly made: boolean; readonly changes: readonly Change[] }> {
  checkKey(options.key, account.region);
  const { bucket } = account;
  const made = !(await exists(account));
  if (made) await make(account);
  const changes: Change[] = [];
  for (const { name, permissions, read } of bucketSettings(account, options)) {
    const settled = <T>(permission: string, work: () => Promise<T>) =>
      telling({ bucket, permission }, () =>
        withBackoff(work, { passes: (error) => made && SETTLING.includes(nameOf(error)) }),
      );
    const { was, is, mend } = await settled(permissions.read, read);
    if (was === is) continue;
    await settled(permissions.mend, mend);
    changes.push({ setting: name, was, is });
  }
  return { made, changes };
}

/** @throws Failure when somebody else has the name */
async function exists({ s3, bucket, accountId }: AwsAccount): Promise<boolean> {
  const isThere = (owner?: string) =>
    telling({ bucket, permission: 's3:ListBucket' }, async () => {
      try {
        await s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw error;
      }
    });
  try {
    return await isThere(accountId);
  } catch (error) {
    // Without the owner asked for, S3 tells a bucket of somebody else from one that must not be looked at.
    if (await isThere().catch(() => false)) throw ofAnotherAccount(bucket, accountId);
    throw error;
  }
}

async function make({ s3, bucket, region, accountId }: AwsAccount): Promise<void> {
  // The first region of all is the one that must not be named (CreateBucket, Amazon S3 API Reference).
  const CreateBucketConfiguration =
    region === 'us-east-1' ? undefined : { LocationConstraint: region as BucketLocationConstraint };
  await telling({ bucket, permission: 's3:CreateBucket' }, async () => {
    try {
      await s3.send(
        new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration, ObjectOwnership: 'BucketOwnerEnforced' }),
      );
    } catch (error) {
      if (nameOf(error) === 'BucketAlreadyExists') throw ofAnotherAccount(bucket, accountId);
      // Somebody of this account made it in the meantime.
      if (nameOf(error) !== 'BucketAlreadyOwnedByYou') throw error;
    }
    await waitUntilBucketExists({ client: s3, maxWaitTime: LONGEST_WAIT_SECONDS }, { Bucket: bucket });
  });
}

function ofAnotherAccount(bucket: string, accountId: string): Failure {
  return new Failure(
    `s3://${bucket}: belongs to another account than ${accountId}: choose another application name (--application, APPLICATION)`,
  );
}

function checkKey(key: string | undefined, region: string): void {
  if (key === undefined || key === 'none') return;
  const place = KEY_ARN.exec(key)?.[1];
  if (place === undefined) throw wrongUsage(`--key-arn: ${JSON.stringify(key)} is not the ARN of a KMS key`);
  if (place !== region) throw wrongUsage(`--key-arn: the key is in ${place}, the bucket in ${region}`);
}

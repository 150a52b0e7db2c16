import { HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { awsBootstrapBucketName } from '../../../contracts/bootstrap-bucket';
import { ok, type Finding } from '../check';
import { needsBucket, pushedObjects, type Manifests } from '../pushed-objects';
import type { AwsAccount } from './account';

/** The bootstrap bucket, and what the stack's machines fetch from it. */
export async function artifacts(
  account: AwsAccount,
  signal: AbortSignal,
  manifests?: Manifests,
): Promise<readonly Finding[]> {
  const { settings, identity, clients } = account;
  if (!needsBucket(settings)) return [ok('the stack uploads all that it needs (PLAYGROUND=true needs more)')];
  const { accountId } = identity;
  const { application } = settings;
  const region = account.region();
  const bucket = awsBootstrapBucketName({ application, accountId, region });
  const flags = `--region ${region} --application ${application}`;
  // A bucket of that name that is somebody else's is none of ours.
  const place = { Bucket: bucket, ExpectedBucketOwner: accountId };
  return pushedObjects(
    {
      bucket,
      bootstrap: `./sandpiper bootstrap aws ${flags}`,
      push: `./sandpiper push aws ${flags}`,
      exists: async () =>
        (await unlessAbsent(clients.s3.send(new HeadBucketCommand(place), { abortSignal: signal }))) !== undefined,
      size: async (key) =>
        (await unlessAbsent(clients.s3.send(new HeadObjectCommand({ ...place, Key: key }), { abortSignal: signal })))
          ?.ContentLength,
    },
    settings,
    manifests,
  );
}

/** S3 answers a HEAD without a body: the name comes from the status. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (['NotFound', 'NoSuchBucket', 'NoSuchKey'].includes((error as Error).name)) return undefined;
    throw error;
  }
}

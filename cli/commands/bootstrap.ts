import { Command } from 'commander';
import { gcpBootstrapBucketName } from '../../contracts/bootstrap-bucket';
import { bootstrapAws } from '../../tools/artifacts/bootstrap/aws';
import { openAwsAccount } from '../../tools/artifacts/bootstrap/aws-account';
import { describe } from '../../tools/artifacts/bootstrap/change';
import { bootstrapGcp } from '../../tools/artifacts/bootstrap/gcp';
import { openGcs } from '../../tools/artifacts/bootstrap/gcs-api';
import { awsPlace, gcpPlace, gcpRegion, type PlaceOptions } from '../../tools/artifacts/bootstrap/place';

const HELP = `
The bucket holds what machines fetch at boot and no stack uploads; \`./sandpiper push\` fills it. A second run changes nothing; what
was changed since by hand is set back, and said. What others added to it (policy statements, lifecycle rules, tags) stays.`;

const AWS_HELP = `
By default objects are encrypted with S3's own keys: the bucket serves every environment, and each has a KMS key of its own. A role
reads what --key-arn encrypts only where its stack uses the same key (ENCRYPTION_KEY=existing, kms_key_arn).`;

/** `sandpiper bootstrap aws|gcp`: the bucket that must exist before the machines. */
export function command(): Command {
  const bootstrap = new Command('bootstrap').description(
    'Makes the bucket that the machines of a playground boot from.',
  );
  bootstrap
    .command('aws')
    .description('Makes it in S3, one for each account and region.')
    .option('--application <name>', 'name of the application (default: APPLICATION, or sandpiper)')
    .option('--region <region>', 'AWS region (default: AWS_REGION, or the SDK’s)')
    .option('--key-arn <arn>', 'KMS key that encrypts new objects; none: S3’s own keys')
    .addHelpText('after', HELP + AWS_HELP)
    .action(async (options: PlaceOptions & { readonly keyArn?: string }) => {
      const place = awsPlace(options);
      const account = await openAwsAccount(place);
      try {
        const done = await bootstrapAws(account, { application: place.application, key: options.keyArn });
        console.log(describe(`s3://${account.bucket}`, done));
      } finally {
        account.s3.destroy();
      }
    });
  bootstrap
    .command('gcp')
    .description('Makes it in Cloud Storage, one for each project.')
    .option('--application <name>', 'name of the application (default: APPLICATION, or sandpiper)')
    .option('--project <project>', 'Google Cloud project (default: GCP_PROJECT)')
    .option('--region <region>', 'region of the bucket (default: GCP_REGION)')
    .option('--kms-key <id>', 'Cloud KMS key that encrypts new objects; none: Google’s own keys')
    .addHelpText('after', HELP)
    .action(async (options: PlaceOptions & { readonly kmsKey?: string }) => {
      const place = { ...gcpPlace(options), region: gcpRegion(options) };
      const bucket = gcpBootstrapBucketName(place);
      const done = await bootstrapGcp(openGcs(), { ...place, bucket, key: options.kmsKey });
      console.log(describe(`gs://${bucket}`, done));
    });
  return bootstrap;
}

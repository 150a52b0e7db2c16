import * as path from 'node:path';
import { Command } from 'commander';
import { gcpBootstrapBucketName } from '../../contracts/bootstrap-bucket';
import { openAwsAccount } from '../../tools/artifacts/bootstrap/aws-account';
import { openGcs } from '../../tools/artifacts/bootstrap/gcs-api';
import { awsPlace, gcpPlace, type PlaceOptions } from '../../tools/artifacts/bootstrap/place';
import { builtObjects, lastBuilt, type BuiltObjects } from '../../tools/artifacts/push/built-objects';
import { GcsStore } from '../../tools/artifacts/push/gcs-store';
import { interruptible } from '../../tools/artifacts/push/interruption';
import type { ObjectStore } from '../../tools/artifacts/push/object-store';
import { push } from '../../tools/artifacts/push/push';
import { S3Store } from '../../tools/artifacts/push/s3-store';
import { inWords } from '../../tools/artifacts/push/size';
import { formatTable } from '../../tools/table';

const HELP = `
What is there already, by size and checksum, is not sent again. An interrupted run leaves what it sent: the next one goes on from there
(for a week). Every file is checked against its SHA-256 before anything is sent, and by the cloud after it was.`;

interface PushOptions extends PlaceOptions {
  readonly artifacts?: string;
}

/** `sandpiper push aws|gcp`: what machines fetch and no stack uploads, into the bootstrap bucket. */
export function command(): Command {
  const pushing = new Command('push').description(
    'Puts what `build` and `build --playground` have built into the bucket that `bootstrap` has made.',
  );
  withCommonOptions(pushing.command('aws'))
    .description('Puts it into S3.')
    .option('--region <region>', 'AWS region (default: AWS_REGION, or the SDK’s)')
    .action(async (options: PushOptions) => {
      const built = builtFor(options);
      await run(new S3Store(await openAwsAccount(awsPlace(options))), built);
    });
  withCommonOptions(pushing.command('gcp'))
    .description('Puts it into Cloud Storage.')
    .option('--project <project>', 'Google Cloud project (default: GCP_PROJECT)')
    .action(async (options: PushOptions) => {
      const built = builtFor(options);
      await run(new GcsStore(openGcs(), gcpBootstrapBucketName(gcpPlace(options))), built);
    });
  return pushing;
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--application <name>', 'name of the application (default: APPLICATION, or sandpiper)')
    .option(
      '--artifacts <directory>',
      'directory of one manifest.json and its objects (default: all in dist/artifacts)',
    )
    .addHelpText('after', HELP);
}

function builtFor({ artifacts }: PushOptions): readonly BuiltObjects[] {
  return artifacts === undefined ? lastBuilt() : [builtObjects(path.resolve(artifacts))];
}

async function run(store: ObjectStore, built: readonly BuiltObjects[]): Promise<void> {
  try {
    const pushed = await interruptible('what was sent is kept; the same command goes on from there', (signal) =>
      push(store, built, signal),
    );
    const rows = pushed.map(({ object, outcome }) => [object.key, inWords(object.bytes), outcome]);
    console.log(formatTable(['key', 'size', 'state'], rows));
  } finally {
    store.close();
  }
}

import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { SqsQueueRedriveAllowPolicy } from '@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy';
import { SqsQueueRedrivePolicy } from '@cdktf/provider-aws/lib/sqs-queue-redrive-policy';
import { policyDocument } from '../foundation/policy-document';
import type { AwsFleet } from './fleet';
import { LEASE_MARGIN_SECONDS } from '../../sandbox-fleet/resolve';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Where jobs wait, and where those are put aside that could not be run. */
export interface AwsQueues {
  readonly jobs: SqsQueue;
  readonly deadLetters: SqsQueue;
}

/** Longest message that is portable: the AWS provider takes no larger limit (256 KiB). */
const MAXIMUM_MESSAGE_BYTES = 262_144;
/** How long SQS may use one data key before it asks KMS for the next, in seconds, 60 to 86400. */
const DATA_KEY_SECONDS = 300;
/** Longest wait of a receive (SQS, "Long polling"). */
const LONG_POLL_SECONDS = 20;
const DAY_SECONDS = 24 * 60 * 60;

/** Job queue and dead letters: encrypted with the platform's key, TLS only; only the job queue may put its messages aside there. */
export function addQueues({ scope, name, platform, props }: AwsFleet): AwsQueues {
  const common = {
    kmsMasterKeyId: platform.keyArn,
    kmsDataKeyReusePeriodSeconds: DATA_KEY_SECONDS,
    maxMessageSize: MAXIMUM_MESSAGE_BYTES,
    receiveWaitTimeSeconds: LONG_POLL_SECONDS,
  };
  const jobs = new SqsQueue(scope, 'jobs', {
    ...common,
    name: name(),
    messageRetentionSeconds: props.queueRetentionSeconds,
    visibilityTimeoutSeconds: props.maximumJobSeconds + LEASE_MARGIN_SECONDS,
  });
  const deadLetters = new SqsQueue(scope, 'dead-letters', {
    ...common,
    name: name('dead-letters'),
    messageRetentionSeconds: props.deadLetterRetentionDays * DAY_SECONDS,
  });
  for (const queue of [jobs, deadLetters]) guardAgainstDeletion(queue, props.deletionProtection);
  new SqsQueueRedrivePolicy(scope, 'redrive', {
    queueUrl: jobs.url,
    redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: props.maximumDeliveries }),
  });
  new SqsQueueRedriveAllowPolicy(scope, 'redrive-allow', {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [jobs.arn] }),
  });
  for (const [id, queue] of Object.entries({ jobs, 'dead-letters': deadLetters })) {
    new SqsQueuePolicy(scope, `${id}-policy`, {
      queueUrl: queue.url,
      policy: policyDocument({
        sid: 'TlsOnly',
        effect: 'Deny',
        principal: '*',
        actions: ['sqs:*'],
        resources: [queue.arn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    });
  }
  return { jobs, deadLetters };
}

import type { StoredArtifact } from '../foundation/artifact-bucket';
import { addInstanceRole, type InstanceIdentity } from '../machine/instance-role';
import type { PolicyStatement } from '../foundation/policy-document';
import { readPrograms } from '../machine/read-programs';
import type { AwsFleet } from './fleet';
import type { AwsQueues } from './queue';

/**
 * The runners' role: takes jobs of its own queue and puts dead letters aside, reads the programs and images of its kinds, writes its own log group,
 * reaches the event store, and speaks for its own machine to its group. Nothing else.
 */
export function addRunnerIdentity(
  fleet: AwsFleet,
  options: {
    readonly queues: AwsQueues;
    readonly objects: readonly StoredArtifact[];
    readonly logGroupArn: string;
  },
): InstanceIdentity {
  const { platform, props, eventStore } = fleet;
  const { queues, objects, logGroupArn } = options;
  return addInstanceRole(fleet, {
    description: 'Runners of',
    statements: [
      ...readPrograms(platform, objects, props.imageKeys),
      {
        sid: 'WriteOwnJournal',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`${logGroupArn}:*`],
      },
      ...queueStatements(fleet, queues),
      eventStore.mayConnect('runner'),
      groupStatement(fleet),
    ],
  });
}

/** Takes jobs, holds them, is done with them; puts aside what cannot be run. */
export function queueStatements({ platform }: AwsFleet, { jobs, deadLetters }: AwsQueues): PolicyStatement[] {
  return [
    {
      sid: 'TakeJobs',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: [jobs.arn],
    },
    { sid: 'PutDeadLettersAside', actions: ['sqs:SendMessage'], resources: [deadLetters.arn] },
    keyStatement(platform),
  ];
}

/** The platform's key, only through the services that hold what it encrypts. */
export function keyStatement({ region, keyArn }: AwsFleet['platform']): PolicyStatement {
  return {
    sid: 'UseKeyThroughServices',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': [`sqs.${region}.amazonaws.com`, `s3.${region}.amazonaws.com`] },
    },
  };
}

/** What a machine says to its group: that it is busy, still drains, has drained. No condition key of Auto Scaling names the machine that is spoken of. */
export function groupStatement({ platform, name }: AwsFleet): PolicyStatement {
  const { partition, region, accountId } = platform;
  return {
    sid: 'SpeakToOwnGroup',
    actions: [
      'autoscaling:SetInstanceProtection',
      'autoscaling:RecordLifecycleActionHeartbeat',
      'autoscaling:CompleteLifecycleAction',
    ],
    // The unknown part is the group's own id, which exists only after its instances' role.
    resources: [
      `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${name()}`,
    ],
  };
}

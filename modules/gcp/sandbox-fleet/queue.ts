import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription';
import { PubsubSubscriptionIamMember } from '@cdktf/provider-google/lib/pubsub-subscription-iam-member';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import type { GcpFleet } from './fleet';
import { LEASE_MARGIN_SECONDS } from '../../sandbox-fleet/resolve';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** A topic and the subscription that its messages are taken from. */
export interface GcpQueue {
  readonly topic: PubsubTopic;
  readonly subscription: PubsubSubscription;
  /** As programs are told it: `pubsub://PROJECT/TOPIC/SUBSCRIPTION`. */
  readonly url: string;
}

/** Where jobs wait, and where those are put aside that could not be run. */
export interface GcpQueues {
  readonly jobs: GcpQueue;
  readonly deadLetters: GcpQueue;
}

/** Longest ack deadline; a runner extends it long before (Pub/Sub, "Lease management"). */
const MAXIMUM_ACK_SECONDS = 600;
/** Ack deadline of a dead letter that an operator looks at. */
const DEAD_LETTER_ACK_SECONDS = 60;
const DAY_SECONDS = 24 * 60 * 60;
/** A job that a draining runner gave back waits for so long at least and at most. */
const RETRY = { minimumBackoff: '1s', maximumBackoff: '60s' };

/**
 * Job queue and dead letters. Neither expires when nobody uses it. Pub/Sub itself puts a message aside after `maximumDeliveries`, for which
 * its service agent is let take from the one and write to the other.
 */
export function addQueues(fleet: GcpFleet): GcpQueues {
  const { scope, platform, props } = fleet;
  platform.apis.enable('pubsub.googleapis.com');
  const deadLetters = addQueue(fleet, 'dead-letters', {
    ackDeadlineSeconds: DEAD_LETTER_ACK_SECONDS,
    retentionSeconds: props.deadLetterRetentionDays * DAY_SECONDS,
  });
  const jobs = addQueue(fleet, 'jobs', {
    ackDeadlineSeconds: Math.min(MAXIMUM_ACK_SECONDS, props.maximumJobSeconds + LEASE_MARGIN_SECONDS),
    retentionSeconds: props.queueRetentionSeconds,
    putAside: { deadLetterTopic: deadLetters.topic.id, maxDeliveryAttempts: props.maximumDeliveries },
  });
  const { number } = new DataGoogleProject(scope, 'project', {
    projectId: platform.project,
    // Read through an API that the first apply may have to switch on.
    dependsOn: [platform.apis.enable('cloudresourcemanager.googleapis.com')],
  });
  const agent = `serviceAccount:service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  new PubsubTopicIamMember(scope, 'agent-puts-aside', {
    topic: deadLetters.topic.id,
    role: 'roles/pubsub.publisher',
    member: agent,
  });
  new PubsubSubscriptionIamMember(scope, 'agent-takes', {
    subscription: jobs.subscription.name,
    role: 'roles/pubsub.subscriber',
    member: agent,
  });
  return { jobs, deadLetters };
}

function addQueue(
  { scope, platform, props, labels, name }: GcpFleet,
  id: 'jobs' | 'dead-letters',
  options: {
    readonly ackDeadlineSeconds: number;
    readonly retentionSeconds: number;
    readonly putAside?: { readonly deadLetterTopic: string; readonly maxDeliveryAttempts: number };
  },
): GcpQueue {
  const topic = new PubsubTopic(scope, `${id}-topic`, {
    name: name(id),
    kmsKeyName: platform.keyId,
    // Messages of programs stay in the region, as everything else does.
    messageStoragePolicy: { allowedPersistenceRegions: [platform.region] },
    labels: { ...labels },
  });
  const subscription = new PubsubSubscription(scope, `${id}-subscription`, {
    name: name(id),
    topic: topic.id,
    ackDeadlineSeconds: options.ackDeadlineSeconds,
    messageRetentionDuration: `${options.retentionSeconds}s`,
    expirationPolicy: { ttl: '' },
    retryPolicy: RETRY,
    deadLetterPolicy: options.putAside,
    labels: { ...labels },
  });
  for (const part of [topic, subscription]) guardAgainstDeletion(part, props.deletionProtection);
  return { topic, subscription, url: `pubsub://${platform.project}/${topic.name}/${subscription.name}` };
}

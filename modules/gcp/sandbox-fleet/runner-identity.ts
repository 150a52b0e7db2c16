import { PubsubSubscriptionIamMember } from '@cdktf/provider-google/lib/pubsub-subscription-iam-member';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import { addInstanceAccount, type InstanceAccount } from '../machine/instance-account';
import type { GcpFleet } from './fleet';
import type { GcpQueues } from './queue';

/**
 * The runners' service account: takes jobs of its own subscription and puts dead letters aside, reads its own program and the language
 * images, writes log entries, reaches the event store. Nothing else; metrics of the fleet are the gateways' to publish.
 */
export function addRunnerIdentity(
  fleet: GcpFleet,
  { jobs, deadLetters }: GcpQueues,
  objects: readonly StoredArtifact[],
): InstanceAccount {
  const { scope, props, eventStore } = fleet;
  const { account, grants } = addInstanceAccount(fleet, {
    description: 'Runners of',
    objects,
    keys: props.imageKeys,
  });
  const { member } = account;
  return {
    account,
    grants: [
      ...grants,
      new PubsubSubscriptionIamMember(scope, 'take-jobs', {
        subscription: jobs.subscription.name,
        role: 'roles/pubsub.subscriber',
        member,
      }),
      new PubsubTopicIamMember(scope, 'put-dead-letters-aside', {
        topic: deadLetters.topic.id,
        role: 'roles/pubsub.publisher',
        member,
      }),
      eventStore.mayConnect(scope, 'connect-to-event-store', member),
    ],
  };
}

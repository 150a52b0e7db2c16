import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { FirewallRules } from '../foundation/firewall-rules';
import type { GcpHttpsLbTlsService } from '../tls-service/https-lb';
import type { GcpFleet } from './fleet';
import type { GcpQueues } from './queue';

/** What a gateway's machines may do besides: send jobs, reach the event store, publish the demand. */
export function admitGateway(fleet: GcpFleet, { jobs }: GcpQueues, gateway: GcpHttpsLbTlsService): void {
  const { scope, platform, eventStore } = fleet;
  const { member, email } = gateway.serviceAccount;
  new PubsubTopicIamMember(scope, 'gateway-sends-jobs', {
    topic: jobs.topic.id,
    role: 'roles/pubsub.publisher',
    member,
  });
  // Cloud Monitoring has no narrower grant for writing: no condition knows a metric's type (docs/policy-exceptions.md).
  new ProjectIamMember(scope, 'gateway-publishes-demand', {
    project: platform.project,
    role: 'roles/monitoring.metricWriter',
    member,
  });
  eventStore.mayConnect(scope, 'gateway-connects-to-event-store', member);
  eventStore.admit(new FirewallRules(fleet, email), 'gateway-to-event-store');
}

import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { policyDocument } from '../foundation/policy-document';
import type { AwsAlbTlsService } from '../tls-service/alb';
import type { AwsFleet } from './fleet';
import type { AwsQueues } from './queue';
import { keyStatement } from './runner-identity';
import { DEMAND_NAMESPACE } from '../../../contracts/metrics';

/** What a gateway's machines may do besides: send jobs, reach the event store, publish the demand. */
export function admitGateway(fleet: AwsFleet, { jobs }: AwsQueues, gateway: AwsAlbTlsService): void {
  const { scope, platform, eventStore } = fleet;
  const send = { sid: 'SendJobs', actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'], resources: [jobs.arn] };
  // PutMetricData has no resource; the namespace is what it can be narrowed to.
  const publish = { sid: 'PublishDemand', actions: ['cloudwatch:PutMetricData'], resources: ['*'] };
  new IamRolePolicy(scope, 'gateway-policy', {
    name: `fleet-${fleet.id}`,
    role: gateway.role.id,
    policy: policyDocument(send, keyStatement(platform), eventStore.mayConnect('gateway'), {
      ...publish,
      conditions: { StringEquals: { 'cloudwatch:namespace': DEMAND_NAMESPACE } },
    }),
  });
  platform.network.reach('sqs', send);
  platform.network.reach('monitoring', publish);
  eventStore.admit(scope, 'gateway', gateway.instanceSecurityGroupId);
}

/** Rises when for three minutes no gateway was healthy. */
export function addGatewayAlarm({ scope, name }: AwsFleet, gateway: AwsAlbTlsService, topic: SnsTopic): void {
  new CloudwatchMetricAlarm(scope, 'alarm-no-gateway', {
    alarmName: name('no-gateway'),
    alarmDescription:
      'No gateway has been healthy for three minutes, so nobody can submit a job: look at the journal of the gateways.',
    namespace: 'AWS/ApplicationELB',
    metricName: 'HealthyHostCount',
    dimensions: { LoadBalancer: gateway.loadBalancer.arnSuffix, TargetGroup: gateway.targetGroup.arnSuffix },
    statistic: 'Maximum',
    period: 60,
    evaluationPeriods: 3,
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    treatMissingData: 'breaching',
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}

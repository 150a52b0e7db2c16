import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { Construct } from 'constructs';
import { policyDocument, trustPolicy } from './policy-document';

/** Logs every accepted and refused connection of the VPC. */
export function addFlowLog(
  scope: Construct,
  props: {
    readonly name: string;
    readonly application: string;
    readonly environment: string;
    readonly region: string;
    readonly accountId: string;
    readonly partition: string;
    readonly vpcId: string;
    readonly keyArn: string;
    readonly flowLogRetentionDays: number;
    readonly permissionsBoundaryArn?: string;
  },
): void {
  const { region, accountId, partition } = props;
  const group = new CloudwatchLogGroup(scope, 'flow-log-group', {
    name: `/${props.application}/${props.environment}/vpc-flow`,
    retentionInDays: props.flowLogRetentionDays,
    kmsKeyId: props.keyArn,
  });
  const role = new IamRole(scope, 'flow-log-role', {
    name: `${props.name}-vpc-flow-${region}`,
    description: 'Lets the VPC write its flow log',
    permissionsBoundary: props.permissionsBoundaryArn,
    // The two conditions keep other accounts from having the service use this role for them (the confused deputy).
    assumeRolePolicy: trustPolicy('vpc-flow-logs.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${accountId}:vpc-flow-log/*` },
    }),
  });
  const policy = new IamRolePolicy(scope, 'flow-log-policy', {
    name: 'write-flow-log',
    role: role.id,
    policy: policyDocument({
      sid: 'WriteFlowLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [group.arn, `${group.arn}:*`],
    }),
  });
  new FlowLog(scope, 'flow-log', {
    vpcId: props.vpcId,
    trafficType: 'ALL',
    logDestinationType: 'cloud-watch-logs',
    logDestination: group.arn,
    iamRoleArn: role.arn,
    maxAggregationInterval: 600,
    tags: { Name: props.name },
    dependsOn: [policy],
  });
}

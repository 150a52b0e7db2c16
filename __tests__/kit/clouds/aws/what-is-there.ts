import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient, ListInstanceProfilesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListHostedZonesCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';

/** SDK clients of one emulator. */
export function awsClients(endpoint: string, region: string) {
  const config = {
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // No other test's or user's setting.
    maxAttempts: 2,
  };
  return {
    acm: new ACMClient(config),
    autoScaling: new AutoScalingClient(config),
    cloudWatch: new CloudWatchClient(config),
    logs: new CloudWatchLogsClient(config),
    ec2: new ec2.EC2Client(config),
    elb: new elb.ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    route53: new Route53Client(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    secrets: new SecretsManagerClient(config),
    sqs: new SQSClient(config),
  };
}

export type AwsClients = ReturnType<typeof awsClients>;

/**
 * Everything in the account that the stack makes, by type: identifiers. What cannot be deleted at once on AWS either (a KMS key
 * waits for 7 days at least) is left out.
 */
export async function whatIsThere(
  aws: AwsClients,
  endpoint: string,
  region: string,
): Promise<Record<string, string[]>> {
  const zones = (await aws.route53.send(new ListHostedZonesCommand({}))).HostedZones ?? [];
  const records = await Promise.all(
    zones.map(
      async ({ Id }) =>
        (await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))).ResourceRecordSets,
    ),
  );
  const [groups, reservations] = await Promise.all([
    aws.ec2.send(new ec2.DescribeSecurityGroupsCommand({})),
    aws.ec2.send(
      new ec2.DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running', 'pending'] }] }),
    ),
  ]);
  const load = await aws.elb.send(new elb.DescribeLoadBalancersCommand({}));
  const elastiCache = (action: string, element: string) =>
    listByQuery(endpoint, region, 'elasticache', action, '2015-02-02', element);
  const found: Record<string, (string | undefined)[] | undefined> = {
    alarms: (await aws.cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms?.map((x) => x.AlarmName),
    autoScalingGroups: (await aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.map(
      (x) => x.AutoScalingGroupName,
    ),
    buckets: (await aws.s3.send(new ListBucketsCommand({}))).Buckets?.map((x) => x.Name),
    certificates: (await aws.acm.send(new ListCertificatesCommand({}))).CertificateSummaryList?.map(
      (x) => x.CertificateArn,
    ),
    dashboards: (await aws.cloudWatch.send(new ListDashboardsCommand({}))).DashboardEntries?.map(
      (x) => x.DashboardName,
    ),
    endpoints: (await aws.ec2.send(new ec2.DescribeVpcEndpointsCommand({}))).VpcEndpoints?.filter(
      (x) => String(x.State).toLowerCase() !== 'deleted',
    ).map((x) => x.VpcEndpointId),
    eventStoreGroups: await elastiCache('DescribeReplicationGroups', 'ReplicationGroupId'),
    eventStoreSubnets: await elastiCache('DescribeCacheSubnetGroups', 'CacheSubnetGroupName'),
    eventStoreUserGroups: await elastiCache('DescribeUserGroups', 'UserGroupId'),
    eventStoreUsers: await elastiCache('DescribeUsers', 'UserId'),
    flowLogs: (await aws.ec2.send(new ec2.DescribeFlowLogsCommand({}))).FlowLogs?.map((x) => x.FlowLogId),
    instanceProfiles: (await aws.iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles?.map(
      (x) => x.InstanceProfileName,
    ),
    instances: reservations.Reservations?.flatMap((r) => r.Instances ?? []).map((x) => x.InstanceId),
    internetGateways: (await aws.ec2.send(new ec2.DescribeInternetGatewaysCommand({}))).InternetGateways?.map(
      (x) => x.InternetGatewayId,
    ),
    launchTemplates: (await aws.ec2.send(new ec2.DescribeLaunchTemplatesCommand({}))).LaunchTemplates?.map(
      (x) => x.LaunchTemplateName,
    ),
    loadBalancers: load.LoadBalancers?.map((x) => x.LoadBalancerName),
    logGroups: (await aws.logs.send(new DescribeLogGroupsCommand({}))).logGroups?.map((x) => x.logGroupName),
    queues: (await aws.sqs.send(new ListQueuesCommand({}))).QueueUrls,
    records: records.flatMap((set) => set ?? []).map((x) => `${x.Type} ${x.Name}`),
    roles: (await aws.iam.send(new ListRolesCommand({}))).Roles?.map((x) => x.RoleName),
    routeTables: (await aws.ec2.send(new ec2.DescribeRouteTablesCommand({}))).RouteTables?.map((x) => x.RouteTableId),
    scalingPolicies: (await aws.autoScaling.send(new DescribePoliciesCommand({}))).ScalingPolicies?.map(
      (x) => x.PolicyName,
    ),
    secrets: (await aws.secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList?.map(
      (x) => x.Name,
    ),
    securityGroups: groups.SecurityGroups?.map((x) => x.GroupId),
    subnets: (await aws.ec2.send(new ec2.DescribeSubnetsCommand({}))).Subnets?.map((x) => x.SubnetId),
    targetGroups: (await aws.elb.send(new elb.DescribeTargetGroupsCommand({}))).TargetGroups?.map(
      (x) => x.TargetGroupName,
    ),
    vpcs: (await aws.ec2.send(new ec2.DescribeVpcsCommand({}))).Vpcs?.map((x) => x.VpcId),
    topics: await listByQuery(endpoint, region, 'sns', 'ListTopics', '2010-03-31', 'TopicArn'),
    subscriptions: await listByQuery(endpoint, region, 'sns', 'ListSubscriptions', '2010-03-31', 'SubscriptionArn'),
  };
  return Object.fromEntries(Object.entries(found).map(([type, ids]) => [type, (ids ?? []).map(String).sort()]));
}

/** A service whose SDK client is not installed, by its query API. */
async function listByQuery(
  endpoint: string,
  region: string,
  service: string,
  action: string,
  version: string,
  element: string,
) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: action, Version: version }),
  });
  if (!answer.ok) throw new Error(`${service} ${action}: ${answer.status}`);
  return [...(await answer.text()).matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(
    (match) => match[1],
  );
}

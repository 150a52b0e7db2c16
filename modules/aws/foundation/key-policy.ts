import { policyDocument } from './policy-document';

/** Who may use the platform's key, besides those whom the account's IAM policies allow. */
export function keyPolicy(place: {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  /** Prefix of the log groups' names, such as `/sandpiper/prod/`. */
  readonly logGroupPrefixes: readonly string[];
}): string {
  const { partition, accountId, region, logGroupPrefixes } = place;
  const autoScalingRole = `arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  // A role that does not exist yet cannot be a principal (a fresh account has none), so the account's principals are
  // admitted and narrowed by conditions, as the policy of the AWS managed key aws/ebs does.
  const asAutoScaling = {
    StringEquals: { 'kms:CallerAccount': accountId, 'kms:ViaService': `ec2.${region}.amazonaws.com` },
    ArnEquals: { 'aws:PrincipalArn': autoScalingRole },
  };
  return policyDocument(
    {
      sid: 'AccountAdministersTheKey',
      principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      actions: ['kms:*'],
      resources: ['*'],
    },
    {
      sid: 'CloudWatchLogsEncryptsLogGroups',
      principal: { Service: `logs.${region}.amazonaws.com` },
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': logGroupPrefixes.map(
            (prefix) => `arn:${partition}:logs:${region}:${accountId}:log-group:${prefix}*`,
          ),
        },
      },
    },
    {
      sid: 'AlarmsPublishToEncryptedTopics',
      principal: { Service: 'cloudwatch.amazonaws.com' },
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': accountId } },
    },
    {
      sid: 'AutoScalingUsesTheKeyForDisks',
      principal: { AWS: '*' },
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: asAutoScaling,
    },
    {
      sid: 'AutoScalingGrantsTheKeyToDisks',
      principal: { AWS: '*' },
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { ...asAutoScaling, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  );
}

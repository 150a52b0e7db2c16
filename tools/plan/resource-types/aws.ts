/**
 * What each resource type of the stack asks of IAM: to make it, to tag it where it is tagged, and to read it back as the provider does
 * after each apply. From the provider's sources (5.100) and the Service Authorization Reference, whose names these are; a test holds the
 * list against the types that both variants of the stack are made of. What only updates or destroys is left out.
 */
export const ACTIONS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  aws_acm_certificate: of('acm', 'RequestCertificate DescribeCertificate ListTagsForCertificate AddTagsToCertificate'),
  aws_acm_certificate_validation: of('acm', 'DescribeCertificate'),
  aws_autoscaling_group: [
    ...of('autoscaling', 'CreateAutoScalingGroup UpdateAutoScalingGroup DescribeAutoScalingGroups CreateOrUpdateTags'),
    ...of('autoscaling', 'DescribeScalingActivities DescribeWarmPool EnableMetricsCollection StartInstanceRefresh'),
    ...of('autoscaling', 'DescribeInstanceRefreshes'),
    ...of('ec2', 'RunInstances CreateTags DescribeInstances'),
    ...of('elasticloadbalancing', 'DescribeTargetHealth'),
    // Of the image's public parameter, on behalf of whoever starts an instance.
    'ssm:GetParameters',
    'iam:PassRole',
  ],
  aws_autoscaling_lifecycle_hook: of('autoscaling', 'PutLifecycleHook DescribeLifecycleHooks'),
  aws_autoscaling_policy: of('autoscaling', 'PutScalingPolicy DescribePolicies'),
  aws_cloudwatch_dashboard: of('cloudwatch', 'PutDashboard GetDashboard'),
  aws_cloudwatch_log_group: of(
    'logs',
    'CreateLogGroup DescribeLogGroups PutRetentionPolicy ListTagsForResource TagResource AssociateKmsKey',
  ),
  aws_cloudwatch_metric_alarm: of('cloudwatch', 'PutMetricAlarm DescribeAlarms ListTagsForResource TagResource'),
  aws_default_security_group: of(
    'ec2',
    'DescribeSecurityGroups RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateTags',
  ),
  aws_ec2_instance_connect_endpoint: of(
    'ec2',
    'CreateInstanceConnectEndpoint DescribeInstanceConnectEndpoints CreateNetworkInterface CreateTags',
  ),
  aws_eip: of('ec2', 'AllocateAddress DescribeAddresses DescribeAddressesAttribute CreateTags'),
  aws_elasticache_parameter_group: of(
    'elasticache',
    'CreateCacheParameterGroup ModifyCacheParameterGroup DescribeCacheParameterGroups DescribeCacheParameters ListTagsForResource AddTagsToResource',
  ),
  aws_elasticache_replication_group: of(
    'elasticache',
    'CreateReplicationGroup DescribeReplicationGroups DescribeCacheClusters ListTagsForResource AddTagsToResource',
  ),
  aws_elasticache_subnet_group: of(
    'elasticache',
    'CreateCacheSubnetGroup DescribeCacheSubnetGroups ListTagsForResource AddTagsToResource',
  ),
  aws_elasticache_user: of('elasticache', 'CreateUser DescribeUsers ListTagsForResource AddTagsToResource'),
  aws_elasticache_user_group: of(
    'elasticache',
    'CreateUserGroup DescribeUserGroups ListTagsForResource AddTagsToResource',
  ),
  aws_flow_log: [...of('ec2', 'CreateFlowLogs DescribeFlowLogs CreateTags'), 'iam:PassRole'],
  aws_iam_instance_profile: of(
    'iam',
    'CreateInstanceProfile GetInstanceProfile AddRoleToInstanceProfile TagInstanceProfile PassRole',
  ),
  aws_iam_role: of('iam', 'CreateRole GetRole ListRolePolicies ListAttachedRolePolicies TagRole'),
  aws_iam_role_policy: of('iam', 'PutRolePolicy GetRolePolicy'),
  aws_internet_gateway: of('ec2', 'CreateInternetGateway AttachInternetGateway DescribeInternetGateways CreateTags'),
  aws_kms_alias: of('kms', 'CreateAlias ListAliases'),
  aws_kms_key: of(
    'kms',
    'CreateKey DescribeKey GetKeyPolicy GetKeyRotationStatus EnableKeyRotation ListResourceTags TagResource',
  ),
  aws_launch_template: of(
    'ec2',
    'CreateLaunchTemplate CreateLaunchTemplateVersion DescribeLaunchTemplates DescribeLaunchTemplateVersions CreateTags',
  ),
  aws_lb: of(
    'elasticloadbalancing',
    'CreateLoadBalancer DescribeLoadBalancers ModifyLoadBalancerAttributes DescribeLoadBalancerAttributes DescribeCapacityReservation DescribeTags AddTags',
  ),
  aws_lb_listener: of(
    'elasticloadbalancing',
    'CreateListener DescribeListeners DescribeListenerAttributes ModifyListenerAttributes DescribeTags AddTags',
  ),
  aws_lb_listener_certificate: of('elasticloadbalancing', 'AddListenerCertificates DescribeListenerCertificates'),
  aws_lb_listener_rule: of('elasticloadbalancing', 'CreateRule DescribeRules DescribeTags AddTags'),
  aws_lb_target_group: of(
    'elasticloadbalancing',
    'CreateTargetGroup DescribeTargetGroups ModifyTargetGroupAttributes DescribeTargetGroupAttributes DescribeTags AddTags',
  ),
  aws_nat_gateway: of('ec2', 'CreateNatGateway DescribeNatGateways CreateTags'),
  aws_route: of('ec2', 'CreateRoute DescribeRouteTables'),
  aws_route53_record: of('route53', 'ChangeResourceRecordSets GetChange GetHostedZone ListResourceRecordSets'),
  aws_route53_resolver_firewall_domain_list: of(
    'route53resolver',
    'CreateFirewallDomainList UpdateFirewallDomains GetFirewallDomainList ListFirewallDomains ListTagsForResource TagResource',
  ),
  aws_route53_resolver_firewall_rule: of('route53resolver', 'CreateFirewallRule ListFirewallRules'),
  aws_route53_resolver_firewall_rule_group: of(
    'route53resolver',
    'CreateFirewallRuleGroup GetFirewallRuleGroup ListTagsForResource TagResource',
  ),
  aws_route53_resolver_firewall_rule_group_association: of(
    'route53resolver',
    'AssociateFirewallRuleGroup GetFirewallRuleGroupAssociation ListTagsForResource TagResource',
  ),
  aws_route_table: of('ec2', 'CreateRouteTable DescribeRouteTables CreateTags'),
  aws_route_table_association: of('ec2', 'AssociateRouteTable DescribeRouteTables'),
  // The provider reads every aspect of a bucket, those that the stack leaves alone too.
  aws_s3_bucket: of(
    's3',
    'CreateBucket ListBucket PutBucketTagging GetBucketTagging GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration',
  ),
  aws_s3_bucket_lifecycle_configuration: of('s3', 'PutLifecycleConfiguration GetLifecycleConfiguration'),
  aws_s3_bucket_logging: of('s3', 'PutBucketLogging GetBucketLogging'),
  aws_s3_bucket_ownership_controls: of('s3', 'PutBucketOwnershipControls GetBucketOwnershipControls'),
  aws_s3_bucket_policy: of('s3', 'PutBucketPolicy GetBucketPolicy'),
  aws_s3_bucket_public_access_block: of('s3', 'PutBucketPublicAccessBlock GetBucketPublicAccessBlock'),
  aws_s3_bucket_server_side_encryption_configuration: of('s3', 'PutEncryptionConfiguration GetEncryptionConfiguration'),
  aws_s3_bucket_versioning: of('s3', 'PutBucketVersioning GetBucketVersioning'),
  aws_s3_object: [
    ...of('s3', 'PutObject PutObjectTagging GetObject GetObjectTagging GetObjectVersion'),
    ...of('kms', 'GenerateDataKey Decrypt'),
  ],
  aws_secretsmanager_secret: of('secretsmanager', 'CreateSecret DescribeSecret GetResourcePolicy TagResource'),
  aws_secretsmanager_secret_version: [
    ...of('secretsmanager', 'PutSecretValue GetSecretValue'),
    ...of('kms', 'GenerateDataKey Decrypt'),
  ],
  aws_security_group: of('ec2', 'CreateSecurityGroup DescribeSecurityGroups RevokeSecurityGroupEgress CreateTags'),
  aws_sns_topic: of('sns', 'CreateTopic GetTopicAttributes SetTopicAttributes ListTagsForResource TagResource'),
  aws_sns_topic_policy: of('sns', 'SetTopicAttributes GetTopicAttributes'),
  aws_sns_topic_subscription: of('sns', 'Subscribe GetSubscriptionAttributes'),
  aws_sqs_queue: of('sqs', 'CreateQueue GetQueueAttributes SetQueueAttributes ListQueueTags TagQueue'),
  aws_sqs_queue_policy: of('sqs', 'SetQueueAttributes GetQueueAttributes'),
  aws_sqs_queue_redrive_allow_policy: of('sqs', 'SetQueueAttributes GetQueueAttributes'),
  aws_sqs_queue_redrive_policy: of('sqs', 'SetQueueAttributes GetQueueAttributes'),
  aws_subnet: of('ec2', 'CreateSubnet DescribeSubnets ModifySubnetAttribute CreateTags'),
  aws_vpc: of(
    'ec2',
    'CreateVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups CreateTags',
  ),
  aws_vpc_endpoint: of(
    'ec2',
    'CreateVpcEndpoint DescribeVpcEndpoints DescribePrefixLists DescribeSecurityGroups CreateTags',
  ),
  aws_vpc_security_group_egress_rule: of('ec2', 'AuthorizeSecurityGroupEgress DescribeSecurityGroupRules CreateTags'),
  aws_vpc_security_group_ingress_rule: of('ec2', 'AuthorizeSecurityGroupIngress DescribeSecurityGroupRules CreateTags'),
  aws_wafv2_web_acl: of('wafv2', 'CreateWebACL GetWebACL ListTagsForResource TagResource'),
  aws_wafv2_web_acl_association: [
    ...of('wafv2', 'AssociateWebACL GetWebACLForResource GetWebACL'),
    'elasticloadbalancing:SetWebAcl',
  ],
  // Vended logs: the service writes a policy for itself.
  aws_wafv2_web_acl_logging_configuration: [
    ...of('wafv2', 'PutLoggingConfiguration GetLoggingConfiguration'),
    ...of('logs', 'CreateLogDelivery PutResourcePolicy DescribeResourcePolicies DescribeLogGroups'),
    'iam:CreateServiceLinkedRole',
  ],
};

/** The same of data sources. */
export const ACTIONS_OF_DATA: Readonly<Record<string, readonly string[]>> = {
  aws_availability_zones: of('ec2', 'DescribeAvailabilityZones'),
  aws_caller_identity: [],
  aws_ec2_managed_prefix_list: of('ec2', 'DescribeManagedPrefixLists GetManagedPrefixListEntries'),
  aws_partition: [],
  aws_route53_zone: of('route53', 'ListHostedZones GetHostedZone ListTagsForResource'),
  aws_vpc: of('ec2', 'DescribeVpcs DescribeVpcAttribute DescribeRouteTables'),
};

function of(service: string, names: string): string[] {
  return names.split(' ').map((name) => `${service}:${name}`);
}

import type { Mutation } from './mutations';
import type { PlannedResource } from './planned-stack';

const statement = (resource: PlannedResource, change: (first: any) => void) => {
  const policy = JSON.parse(resource.written.policy as string) as { Statement: any[] };
  change(policy.Statement[0]);
  resource.written.policy = JSON.stringify(policy);
};

export const AWS_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'encrypted',
    what: 'a plain disk',
    type: 'aws_launch_template',
    change: ({ planned }) => (planned.block_device_mappings[0].ebs[0].encrypted = 'false'),
  },
  {
    rule: 'encrypted',
    what: 'a bucket without encryption',
    type: 'aws_s3_bucket_server_side_encryption_configuration',
    change: 'delete',
  },
  {
    rule: 'encrypted',
    what: 'a log without the key',
    type: 'aws_cloudwatch_log_group',
    change: ({ written }) => delete written.kms_key_id,
  },
  {
    rule: 'encrypted',
    what: 'a secret without the key',
    type: 'aws_secretsmanager_secret',
    change: ({ written }) => delete written.kms_key_id,
  },
  {
    rule: 'encrypted',
    what: 'a topic without the key',
    type: 'aws_sns_topic',
    change: ({ written }) => delete written.kms_master_key_id,
  },
  {
    rule: 'encrypted',
    what: 'a key that stays',
    type: 'aws_kms_key',
    change: ({ planned }) => (planned.enable_key_rotation = false),
  },
  {
    rule: 'encrypted',
    what: 'a queue without the key',
    type: 'aws_sqs_queue',
    change: ({ written }) => delete written.kms_master_key_id,
  },
  {
    rule: 'encrypted',
    what: 'an event store without the key',
    type: 'aws_elasticache_replication_group',
    change: ({ written }) => delete written.kms_key_id,
  },
  {
    rule: 'encrypted',
    what: 'an event store that speaks plain text too',
    type: 'aws_elasticache_replication_group',
    change: ({ planned }) => (planned.transit_encryption_mode = 'preferred'),
  },
  {
    rule: 'tls-floor',
    what: 'a queue that takes plain text',
    type: 'aws_sqs_queue_policy',
    change: (policy) => statement(policy, (first) => (first.Condition = { Bool: { 'aws:SecureTransport': 'true' } })),
  },
  {
    rule: 'narrow-iam',
    what: 'a user of the event store with a password',
    type: 'aws_elasticache_user',
    change: ({ planned }) => (planned.authentication_mode[0].type = 'password'),
  },
  {
    rule: 'narrow-iam',
    what: 'a user who may empty the event store',
    type: 'aws_elasticache_user',
    change: ({ planned }) => (planned.access_string = 'on ~* &* +@all'),
  },
  {
    rule: 'narrow-iam',
    what: 'an event store for everybody',
    type: 'aws_elasticache_replication_group',
    change: ({ written }) => delete written.user_group_ids,
  },
  {
    rule: 'narrow-iam',
    what: 'an endpoint for every account',
    type: 'aws_vpc_endpoint',
    change: (endpoint) => statement(endpoint, (first) => delete first.Condition),
  },
  {
    rule: 'narrow-iam',
    what: 'dead letters of every queue',
    type: 'aws_sqs_queue_redrive_allow_policy',
    change: ({ written }) => (written.redrive_allow_policy = JSON.stringify({ redrivePermission: 'allowAll' })),
  },
  {
    rule: 'tls-floor',
    what: 'TLS 1.0',
    type: 'aws_lb_listener',
    change: (listener) =>
      Object.assign(listener.planned, { protocol: 'HTTPS', ssl_policy: 'ELBSecurityPolicy-TLS13-1-0-2021-06' }),
  },
  {
    rule: 'tls-floor',
    what: 'plain HTTP',
    type: 'aws_lb_listener',
    change: ({ planned }) => Object.assign(planned, { protocol: 'HTTP', default_action: [{ type: 'forward' }] }),
  },
  {
    rule: 'no-public-address',
    what: 'a public address',
    type: 'aws_launch_template',
    change: ({ planned }) => (planned.network_interfaces[0].associate_public_ip_address = 'true'),
  },
  {
    rule: 'no-public-address',
    what: 'a subnet that gives addresses',
    type: 'aws_subnet',
    change: ({ planned }) => (planned.map_public_ip_on_launch = true),
  },
  {
    rule: 'hardened-instance',
    what: 'IMDSv1',
    type: 'aws_launch_template',
    change: ({ planned }) => (planned.metadata_options[0].http_tokens = 'optional'),
  },
  {
    rule: 'hardened-instance',
    what: 'two hops',
    type: 'aws_launch_template',
    change: ({ planned }) => (planned.metadata_options[0].http_put_response_hop_limit = 2),
  },
  {
    rule: 'narrow-iam',
    what: 'every action',
    type: 'aws_iam_role_policy',
    change: (policy) => statement(policy, (first) => (first.Action = '*')),
  },
  {
    rule: 'narrow-iam',
    what: 'all actions of a service',
    type: 'aws_iam_role_policy',
    change: (policy) => statement(policy, (first) => (first.Action = ['s3:Get*'])),
  },
  {
    rule: 'narrow-iam',
    what: 'every resource',
    type: 'aws_iam_role_policy',
    change: (policy) => statement(policy, (first) => (first.Resource = '*')),
  },
  {
    rule: 'narrow-iam',
    what: 'every key',
    type: 'aws_iam_role_policy',
    change: (policy) => statement(policy, (first) => (first.Resource = 'arn:aws:kms:eu-central-1:${x}:key/*')),
  },
  {
    rule: 'narrow-iam',
    what: 'an empty condition',
    type: 'aws_iam_role_policy',
    change: (policy) => statement(policy, (first) => Object.assign(first, { Resource: '*', Condition: {} })),
  },
  {
    rule: 'narrow-iam',
    what: "a policy of AWS's",
    type: 'aws_iam_role',
    change: (role) => Object.assign(role, { type: 'aws_iam_role_policy_attachment' }),
  },
  {
    rule: 'locked-bucket',
    what: 'a bucket that may be public',
    type: 'aws_s3_bucket_public_access_block',
    change: ({ planned }) => (planned.restrict_public_buckets = false),
  },
  {
    rule: 'locked-bucket',
    what: 'suspended versions',
    type: 'aws_s3_bucket_versioning',
    change: ({ planned }) => (planned.versioning_configuration[0].status = 'Suspended'),
  },
  {
    rule: 'locked-bucket',
    what: 'ACLs',
    type: 'aws_s3_bucket_ownership_controls',
    change: ({ planned }) => (planned.rule[0].object_ownership = 'ObjectWriter'),
  },
  {
    rule: 'locked-bucket',
    what: 'plain text',
    type: 'aws_s3_bucket_policy',
    change: (policy) => statement(policy, (first) => (first.Condition = { Bool: { 'aws:SecureTransport': 'true' } })),
  },
  {
    rule: 'log-retention',
    what: 'a log without end',
    type: 'aws_cloudwatch_log_group',
    change: ({ planned }) => (planned.retention_in_days = 0),
  },
  {
    rule: 'described-rule',
    what: 'an unnamed rule',
    type: 'aws_vpc_security_group_egress_rule',
    change: ({ planned }) => delete planned.description,
  },
  {
    rule: 'described-rule',
    what: "the provider's own description",
    type: 'aws_security_group',
    change: ({ planned }) => (planned.description = 'Managed by Terraform'),
  },
  {
    rule: 'described-rule',
    what: 'rules in the group itself',
    type: 'aws_security_group',
    change: ({ planned }) => (planned.ingress = [{ from_port: 22 }]),
  },
  {
    rule: 'described-rule',
    what: 'an open port 22',
    type: 'aws_vpc_security_group_ingress_rule',
    change: ({ planned }) => Object.assign(planned, { cidr_ipv4: '0.0.0.0/0', from_port: 22 }),
  },
  {
    rule: 'described-rule',
    what: 'an instance that is open',
    type: 'aws_vpc_security_group_ingress_rule',
    change: ({ planned, written }) => {
      Object.assign(planned, { cidr_ipv6: '::/0', from_port: 443 });
      written.security_group_id = '${aws_security_group.platform_user-api_instance-security-group_1.id}';
    },
  },
  { rule: 'closed-default', what: 'no closed default group', type: 'aws_default_security_group', change: 'delete' },
  {
    rule: 'closed-default',
    what: 'a default group with a rule',
    type: 'aws_default_security_group',
    change: ({ written }) => (written.egress = [{ from_port: 0 }]),
  },
  { rule: 'flow-log', what: 'no flow log', type: 'aws_flow_log', change: 'delete' },
  {
    rule: 'flow-log',
    what: 'a flow log of refusals',
    type: 'aws_flow_log',
    change: ({ planned }) => (planned.traffic_type = 'REJECT'),
  },
];

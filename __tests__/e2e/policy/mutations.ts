import type { PlannedResource } from './planned-stack';

/** A change of a plan that a rule must see. */
export interface Mutation {
  readonly rule: string;
  readonly what: string;
  readonly type: string;
  /** Which of that type are meant. @default all */
  readonly where?: (resource: PlannedResource) => boolean;
  /** Changes the first resource of the type; `delete` takes all of the type away. */
  readonly change: 'delete' | ((resource: PlannedResource) => void);
}

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

export const GCP_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'encrypted',
    what: 'a disk without the key',
    type: 'google_compute_region_instance_template',
    change: ({ written }) => delete written.disk[0].disk_encryption_key,
  },
  {
    rule: 'encrypted',
    what: 'a bucket without the key',
    type: 'google_storage_bucket',
    change: ({ written }) => delete written.encryption,
  },
  {
    rule: 'encrypted',
    what: 'a secret without the key',
    type: 'google_secret_manager_secret',
    change: ({ planned }) => (planned.replication = [{ auto: [{ customer_managed_encryption: [] }] }]),
  },
  {
    rule: 'encrypted',
    what: 'a log without the key',
    type: 'google_logging_project_bucket_config',
    change: ({ written }) => delete written.cmek_settings,
  },
  {
    rule: 'encrypted',
    what: 'a queue without the key',
    type: 'google_pubsub_topic',
    change: ({ written }) => delete written.kms_key_name,
  },
  {
    rule: 'encrypted',
    what: 'an event store without the key',
    type: 'google_memorystore_instance',
    change: ({ written }) => delete written.kms_key,
  },
  {
    rule: 'encrypted',
    what: 'an event store that speaks plain text',
    type: 'google_memorystore_instance',
    change: ({ planned }) => (planned.transit_encryption_mode = 'TRANSIT_ENCRYPTION_DISABLED'),
  },
  {
    rule: 'narrow-iam',
    what: 'an event store of the whole project',
    type: 'google_project_iam_member',
    where: ({ planned }) => planned.role === 'roles/memorystore.dbConnectionUser',
    change: ({ planned }) => (planned.condition[0].expression = 'resource.name.startsWith("projects/")'),
  },
  {
    rule: 'narrow-iam',
    what: 'an administrator of the queue',
    type: 'google_pubsub_topic_iam_member',
    change: ({ planned }) => (planned.role = 'roles/pubsub.admin'),
  },
  {
    rule: 'tls-floor',
    what: "Google's default policy",
    type: 'google_compute_target_https_proxy',
    change: ({ written }) => delete written.ssl_policy,
  },
  {
    rule: 'tls-floor',
    what: 'TLS 1.1',
    type: 'google_compute_ssl_policy',
    change: ({ planned }) => (planned.min_tls_version = 'TLS_1_1'),
  },
  {
    rule: 'tls-floor',
    what: 'old ciphers',
    type: 'google_compute_ssl_policy',
    change: ({ planned }) => (planned.profile = 'COMPATIBLE'),
  },
  {
    rule: 'no-public-address',
    what: 'a public address',
    type: 'google_compute_region_instance_template',
    change: ({ planned }) => (planned.network_interface[0].access_config = [{}]),
  },
  {
    rule: 'no-public-address',
    what: 'a public IPv6 address',
    type: 'google_compute_region_instance_template',
    change: ({ planned }) => (planned.network_interface[0].ipv6_access_config = [{}]),
  },
  {
    rule: 'hardened-instance',
    what: 'unsigned boot',
    type: 'google_compute_region_instance_template',
    change: ({ planned }) => (planned.shielded_instance_config[0].enable_secure_boot = false),
  },
  {
    rule: 'hardened-instance',
    what: 'no shield',
    type: 'google_compute_region_instance_template',
    change: ({ planned }) => (planned.shielded_instance_config = []),
  },
  {
    rule: 'narrow-iam',
    what: 'a grant on the project',
    type: 'google_storage_bucket_iam_member',
    change: (grant) => {
      grant.planned.condition = [];
      Object.assign(grant, { type: 'google_project_iam_member' });
    },
  },
  {
    rule: 'narrow-iam',
    what: 'a broad role',
    type: 'google_secret_manager_secret_iam_member',
    change: ({ planned }) => (planned.role = 'roles/secretmanager.admin'),
  },
  {
    rule: 'narrow-iam',
    what: 'a grant to everybody',
    type: 'google_storage_bucket_iam_member',
    change: ({ written }) => (written.member = 'allUsers'),
  },
  {
    rule: 'narrow-iam',
    what: 'every object',
    type: 'google_storage_bucket_iam_member',
    change: ({ planned }) => (planned.condition = []),
  },
  {
    rule: 'locked-bucket',
    what: 'a bucket that may be public',
    type: 'google_storage_bucket',
    change: ({ planned }) => (planned.public_access_prevention = 'inherited'),
  },
  {
    rule: 'locked-bucket',
    what: 'ACLs',
    type: 'google_storage_bucket',
    change: ({ planned }) => (planned.uniform_bucket_level_access = false),
  },
  {
    rule: 'locked-bucket',
    what: 'no versions',
    type: 'google_storage_bucket',
    change: ({ planned }) => (planned.versioning[0].enabled = false),
  },
  {
    rule: 'log-retention',
    what: 'a log without end',
    type: 'google_logging_project_bucket_config',
    change: ({ planned }) => delete planned.retention_days,
  },
  {
    rule: 'described-rule',
    what: 'an unnamed rule',
    type: 'google_compute_firewall',
    change: ({ planned }) => (planned.description = ''),
  },
  {
    rule: 'described-rule',
    what: 'a rule that does not log',
    type: 'google_compute_firewall',
    change: ({ planned }) => (planned.log_config = []),
  },
  {
    rule: 'described-rule',
    what: 'a rule for everybody',
    type: 'google_compute_firewall',
    change: ({ planned }) => Object.assign(planned, { allow: [{ protocol: 'tcp' }], source_ranges: ['0.0.0.0/0'] }),
  },
  {
    rule: 'closed-default',
    what: 'subnetworks of its own accord',
    type: 'google_compute_network',
    change: ({ planned }) => (planned.auto_create_subnetworks = true),
  },
  {
    rule: 'closed-default',
    what: 'a refusal that comes too early or late',
    type: 'google_compute_firewall',
    change: ({ planned }) => (planned.priority = 1000),
  },
  { rule: 'closed-default', what: 'no refusals', type: 'google_compute_firewall', change: 'delete' },
  {
    rule: 'flow-log',
    what: 'no flow log',
    type: 'google_compute_subnetwork',
    change: ({ planned }) => (planned.log_config = []),
  },
];

/** The resources after the change, which must hit something. */
export function mutate(
  resources: readonly PlannedResource[],
  { type, where = () => true, change }: Mutation,
): PlannedResource[] {
  const copy = structuredClone(resources) as PlannedResource[];
  const first = copy.find((resource) => resource.type === type && where(resource));
  if (first === undefined) throw new Error(`no ${type} in the plan`);
  if (change === 'delete') return copy.filter((resource) => resource.type !== type);
  change(first);
  return copy;
}

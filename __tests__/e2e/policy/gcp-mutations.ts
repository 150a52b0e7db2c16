import type { Mutation } from './mutations';

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

import type { PlannedResource } from '../planned-stack';
import { each, type Rule } from './rule';

/** Roles that a service account of an instance may have on the whole project, as long as a line of the exceptions says why. */
const GRANTS_ON_ALL = ['google_project_iam_member', 'google_project_iam_binding', 'google_project_iam_policy'];
const GRANTS_ON_ONE = [
  'google_storage_bucket_iam_member',
  'google_secret_manager_secret_iam_member',
  'google_pubsub_topic_iam_member',
  'google_pubsub_subscription_iam_member',
];
/** A condition that leaves one resource of the project. */
const ONE_RESOURCE = /^resource\.name == "[^"]+"$/;
const BASIC_ROLE = /^roles\/(?:owner|editor|viewer|browser)$|[aA]dmin$/;

const LOWEST_PRIORITY = 65534;

/** What the plan of stacks/gcp-stack.ts promises, planned with a key of the user's. */
export const GCP_RULES: readonly Rule[] = [
  {
    id: 'encrypted',
    promise:
      'disks, buckets, secrets, logs, queues and event stores are encrypted with the given key, and event stores speak TLS',
    breaches: (resources) => [
      ...each(
        resources,
        'google_compute_region_instance_template',
        ({ written }) =>
          !(written.disk as any[]).every((disk) => disk.disk_encryption_key?.kms_key_self_link) &&
          'has a disk without the key',
      ),
      ...each(
        resources,
        'google_storage_bucket',
        ({ written }) => !written.encryption?.default_kms_key_name && 'does not use the key',
      ),
      ...each(
        resources,
        'google_secret_manager_secret',
        ({ planned }) => !JSON.stringify(planned.replication).includes('kms_key_name') && 'does not use the key',
      ),
      ...each(
        resources,
        'google_logging_project_bucket_config',
        ({ written }) => !written.cmek_settings?.kms_key_name && 'does not use the key',
      ),
      ...each(resources, 'google_pubsub_topic', ({ written }) => !written.kms_key_name && 'does not use the key'),
      ...each(resources, 'google_memorystore_instance', ({ planned, written }) => {
        if (!written.kms_key) return 'does not use the key';
        return planned.transit_encryption_mode !== 'SERVER_AUTHENTICATION' && 'speaks plain text';
      }),
    ],
  },
  {
    id: 'tls-floor',
    promise: 'the load balancer speaks TLS 1.2 or newer',
    breaches: (resources) => [
      ...each(
        resources,
        'google_compute_target_https_proxy',
        ({ written }) =>
          !/\$\{google_compute_ssl_policy\./.test(String(written.ssl_policy)) && "takes Google's default, TLS 1.0",
      ),
      ...each(
        resources,
        'google_compute_ssl_policy',
        ({ planned }) =>
          (!['TLS_1_2', 'TLS_1_3'].includes(planned.min_tls_version as string) ||
            !['MODERN', 'RESTRICTED', 'FIPS_202205'].includes(planned.profile as string)) &&
          `speaks ${planned.min_tls_version} ${planned.profile}`,
      ),
    ],
  },
  {
    id: 'no-public-address',
    promise: 'no instance has a public address',
    breaches: (resources) =>
      each(
        resources,
        'google_compute_region_instance_template',
        ({ planned }) =>
          (planned.network_interface as any[]).some((i) => i.access_config?.length || i.ipv6_access_config?.length) &&
          'gives instances a public address',
      ),
  },
  {
    id: 'hardened-instance',
    promise: 'instances are Shielded VMs',
    breaches: (resources) =>
      each(resources, 'google_compute_region_instance_template', ({ planned }) => {
        const shield = planned.shielded_instance_config?.[0] ?? {};
        const off = ['enable_secure_boot', 'enable_vtpm', 'enable_integrity_monitoring'].filter(
          (flag) => shield[flag] !== true,
        );
        return off.length > 0 && `has ${off.join(', ')} off`;
      }),
  },
  {
    id: 'narrow-iam',
    promise: 'no role is granted on the whole project, and no role is broad',
    breaches: (resources) => [
      ...resources
        .filter(({ type, planned }) => GRANTS_ON_ALL.includes(type) && !isOfOneResource(planned.condition))
        .map(({ address, planned }) => ({ address, problem: `grants ${planned.role} on the whole project` })),
      ...GRANTS_ON_ONE.flatMap((type) =>
        each(resources, type, ({ planned, written }) => {
          if (BASIC_ROLE.test(planned.role as string)) return `grants ${planned.role}`;
          if (/^all(?:Authenticated)?Users$/.test(String(written.member))) return 'grants to everybody';
          const needsCondition = type === 'google_storage_bucket_iam_member';
          return needsCondition && !planned.condition?.length && 'grants every object of the bucket';
        }),
      ),
    ],
  },
  {
    id: 'locked-bucket',
    promise: 'buckets are private, versioned and without ACLs',
    breaches: (resources) =>
      each(resources, 'google_storage_bucket', ({ planned }) => {
        if (planned.public_access_prevention !== 'enforced') return 'may be made public';
        if (planned.uniform_bucket_level_access !== true) return 'has ACLs';
        return planned.versioning?.[0]?.enabled !== true && 'keeps no versions';
      }),
  },
  {
    id: 'log-retention',
    promise: 'logs are kept for a set time, and no longer',
    breaches: (resources) =>
      each(
        resources,
        'google_logging_project_bucket_config',
        ({ planned }) =>
          !(planned.retention_days > 0 && planned.retention_days <= 3650) &&
          `is kept for ${planned.retention_days} days`,
      ),
  },
  {
    id: 'described-rule',
    promise: 'firewall rules say what they are for, and log; none opens an instance to everybody',
    breaches: (resources) =>
      each(resources, 'google_compute_firewall', ({ planned }) => {
        if (!planned.description) return 'has no description';
        if (!planned.log_config?.length) return 'does not log';
        const isOpen = planned.allow?.length > 0 && planned.source_ranges?.includes('0.0.0.0/0');
        return isOpen && 'is open to everybody';
      }),
  },
  {
    id: 'closed-default',
    promise: 'what no rule allows is denied, both ways',
    breaches: (resources) => [
      ...each(
        resources,
        'google_compute_network',
        ({ planned }) => planned.auto_create_subnetworks && 'makes subnetworks by itself',
      ),
      ...['INGRESS', 'EGRESS'].flatMap((direction) =>
        resources.some((resource) => deniesAll(resource, direction))
          ? []
          : [{ address: 'google_compute_firewall', problem: `does not deny other ${direction}` }],
      ),
    ],
  },
  {
    id: 'flow-log',
    promise: 'the network logs its connections',
    breaches: (resources) =>
      each(
        resources,
        'google_compute_subnetwork',
        ({ planned }) => !(planned.log_config?.[0]?.flow_sampling > 0) && 'has no flow log',
      ),
  },
];

function isOfOneResource(condition: readonly { readonly expression?: string }[] | undefined): boolean {
  return condition?.length === 1 && ONE_RESOURCE.test(condition[0]!.expression ?? '');
}

function deniesAll({ type, planned }: PlannedResource, direction: string): boolean {
  if (type !== 'google_compute_firewall' || planned.direction !== direction || planned.priority !== LOWEST_PRIORITY)
    return false;
  const ranges = direction === 'INGRESS' ? planned.source_ranges : planned.destination_ranges;
  return planned.deny?.[0]?.protocol === 'all' && ranges?.includes('0.0.0.0/0');
}

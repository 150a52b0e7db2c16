import { isObject, type ValueObject } from './dynamic-value';

/** Where the Compute Engine API keeps resources of a type: a collection, of the project or of a region. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  google_compute_address: 'addresses',
  google_compute_autoscaler: 'autoscalers',
  google_compute_backend_bucket: 'backendBuckets',
  google_compute_backend_service: 'backendServices',
  google_compute_disk: 'disks',
  google_compute_firewall: 'firewalls',
  google_compute_global_address: 'addresses',
  google_compute_global_forwarding_rule: 'forwardingRules',
  google_compute_health_check: 'healthChecks',
  google_compute_instance: 'instances',
  google_compute_instance_template: 'instanceTemplates',
  google_compute_managed_ssl_certificate: 'sslCertificates',
  google_compute_network: 'networks',
  google_compute_region_autoscaler: 'autoscalers',
  google_compute_region_health_check: 'healthChecks',
  google_compute_region_instance_group_manager: 'instanceGroupManagers',
  google_compute_region_instance_template: 'instanceTemplates',
  google_compute_resource_policy: 'resourcePolicies',
  google_compute_route: 'routes',
  google_compute_router: 'routers',
  google_compute_security_policy: 'securityPolicies',
  google_compute_ssl_certificate: 'sslCertificates',
  google_compute_ssl_policy: 'sslPolicies',
  google_compute_subnetwork: 'subnetworks',
  google_compute_target_http_proxy: 'targetHttpProxies',
  google_compute_target_https_proxy: 'targetHttpsProxies',
  google_compute_url_map: 'urlMaps',
};

/** Ids that the provider makes of arguments (`{name}`), as the provider's pages list them under Import. */
const PATTERNS: Readonly<Record<string, string>> = {
  google_certificate_manager_certificate: 'projects/{project}/locations/{location}/certificates/{name}',
  google_certificate_manager_certificate_map: 'projects/{project}/locations/global/certificateMaps/{name}',
  google_certificate_manager_certificate_map_entry:
    'projects/{project}/locations/global/certificateMaps/{map}/certificateMapEntries/{name}',
  google_certificate_manager_dns_authorization: 'projects/{project}/locations/{location}/dnsAuthorizations/{name}',
  google_compute_router_nat: '{project}/{region}/{router}/{name}',
  google_dns_managed_zone: 'projects/{project}/managedZones/{name}',
  google_dns_record_set: 'projects/{project}/managedZones/{managed_zone}/rrsets/{name}/{type}',
  google_kms_crypto_key: '{key_ring}/cryptoKeys/{name}',
  google_kms_key_ring: 'projects/{project}/locations/{location}/keyRings/{name}',
  google_logging_project_bucket_config: 'projects/{project}/locations/{location}/buckets/{bucket_id}',
  google_logging_project_sink: 'projects/{project}/sinks/{name}',
  google_memorystore_instance: 'projects/{project}/locations/{location}/instances/{instance_id}',
  google_monitoring_alert_policy: 'projects/{project}/alertPolicies/{number}',
  google_monitoring_notification_channel: 'projects/{project}/notificationChannels/{number}',
  google_project_iam_member: '{project}/{role}/{member}',
  google_project_service: '{project}/{service}',
  google_pubsub_subscription: 'projects/{project}/subscriptions/{name}',
  google_pubsub_topic: 'projects/{project}/topics/{name}',
  google_secret_manager_secret: 'projects/{project}/secrets/{secret_id}',
  google_secret_manager_secret_iam_member: '{secret_id}/{role}/{member}',
  google_service_account: 'projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com',
  google_storage_bucket: '{name}',
  google_storage_bucket_iam_member: 'b/{bucket}/{role}/{member}',
  google_storage_bucket_object: '{bucket}-{name}',
};

/** The id that the provider gives a resource. `number` is one that only this resource has. */
export function resourceId(type: string, state: ValueObject, number: number): string {
  const argument = (name: string): string => (typeof state[name] === 'string' ? state[name] : '');
  if (type === 'google_secret_manager_secret_version') return argument('name');
  const collection = COLLECTIONS[type];
  if (collection !== undefined)
    return `projects/${argument('project')}/${place(argument)}/${collection}/${argument('name')}`;
  const pattern = PATTERNS[type] ?? fallbackPattern(type, state);
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'number'
      ? String(number)
      : argument(name).replace(/^.*\/(?=[^/]+$)/, (parent) => (KEEPS_PARENT.has(name) ? parent : '')),
  );
}

/** Arguments that may be a path, and go into an id as they are. */
const KEEPS_PARENT = new Set(['key_ring', 'role', 'member', 'name', 'secret_id']);

const place = (argument: (name: string) => string) => {
  if (argument('region') !== '') return `regions/${argument('region').replace(/^.*\//, '')}`;
  return argument('zone') !== '' ? `zones/${argument('zone').replace(/^.*\//, '')}` : 'global';
};

function fallbackPattern(type: string, state: ValueObject): string {
  const kind = type.replace('google_', '');
  if (type.endsWith('_iam_member') || type.endsWith('_iam_binding')) {
    const parents = ['secret_id', 'subscription', 'topic', 'repository', 'service_account_id', 'crypto_key_id'];
    const parent = parents.find((name) => typeof state[name] === 'string') ?? 'project';
    return `${kind}/{project}/${String(state[parent])}/{role}/{member}`;
  }
  const name = ['name', 'secret_id', 'dataset_id', 'account_id'].find((one) => typeof state[one] === 'string');
  return `projects/{project}/${kind}/${name === undefined ? '{number}' : `{${name}}`}`;
}

/** The address of a Compute Engine resource in its API. */
export const computeLink = (id: string) => `https://www.googleapis.com/compute/v1/${id}`;

export const isCompute = (type: string) => type in COLLECTIONS;

/** A member's value, when it is text. */
export const textOf = (state: unknown, name: string): string => {
  const value = isObject(state as never) ? (state as ValueObject)[name] : undefined;
  return typeof value === 'string' ? value : '';
};

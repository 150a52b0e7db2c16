import type { Shown } from './shown';

const PART = 'a detail of what it belongs to';
const FRONT: Shown = { on: 'front', one: 'for each owner' };
const MACHINES: Shown = { on: 'machines', one: 'for each owner' };
const RIGHT: Shown = { as: 'right' };

/** How each type of resource of gcp-stack is shown. */
export const gcpTypes: Readonly<Record<string, Shown>> = {
  google_certificate_manager_certificate: FRONT,
  google_certificate_manager_certificate_map: { not: PART },
  google_certificate_manager_certificate_map_entry: { not: PART },
  google_certificate_manager_dns_authorization: { not: 'proves the domain to the certificate’s issuer' },
  google_compute_backend_service: FRONT,
  google_compute_firewall: { as: 'rule' },
  google_compute_global_address: FRONT,
  google_compute_global_forwarding_rule: FRONT,
  google_compute_health_check: { not: PART },
  google_compute_network: { as: 'boundary' },
  google_compute_region_autoscaler: MACHINES,
  google_compute_region_instance_group_manager: MACHINES,
  google_compute_region_instance_template: MACHINES,
  google_compute_route: { as: 'boundary' },
  google_compute_router_nat: { as: 'boundary' },
  google_compute_ssl_policy: FRONT,
  google_compute_subnetwork: { as: 'boundary' },
  google_compute_target_http_proxy: FRONT,
  google_compute_target_https_proxy: FRONT,
  google_compute_url_map: FRONT,
  google_dns_managed_zone: { on: 'gate' },
  google_dns_record_set: { on: 'names' },
  google_kms_crypto_key: { on: 'key', one: 'each' },
  google_logging_project_bucket_config: { on: 'logs' },
  google_logging_project_sink: { on: 'logs' },
  google_memorystore_instance: { on: 'event-store', one: 'for each owner' },
  google_monitoring_alert_policy: { on: 'alarms' },
  google_monitoring_dashboard: { on: 'alarms' },
  google_monitoring_notification_channel: { on: 'alarms' },
  google_monitoring_uptime_check_config: { on: 'alarms' },
  google_network_connectivity_service_connection_policy: { as: 'boundary' },
  google_project_iam_member: RIGHT,
  google_project_service: { not: 'switches an API of the project on' },
  google_pubsub_subscription: { on: 'queue', one: 'each' },
  google_pubsub_subscription_iam_member: RIGHT,
  google_pubsub_topic: { on: 'queue', one: 'each' },
  google_pubsub_topic_iam_member: RIGHT,
  google_secret_manager_secret: { on: 'secrets' },
  google_secret_manager_secret_iam_member: RIGHT,
  google_secret_manager_secret_version: { not: PART },
  google_service_account: RIGHT,
  google_storage_bucket: { on: 'programs', one: 'each' },
  google_storage_bucket_iam_member: RIGHT,
  google_storage_bucket_object: { not: 'lies in its bucket' },
};

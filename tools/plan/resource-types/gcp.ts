/**
 * What each resource type of the stack asks of IAM: to make it, to use what it points to, and to read it back. From the methods' reference
 * pages ("Authorization") and the IAM permissions reference, whose names these are; a test holds the list against the types that both
 * variants of the stack are made of. What only updates or destroys is left out.
 */
export const PERMISSIONS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  google_certificate_manager_certificate: of(
    'certificatemanager',
    'certs.create certs.get dnsauthorizations.use operations.get',
  ),
  google_certificate_manager_certificate_map: of('certificatemanager', 'certmaps.create certmaps.get operations.get'),
  google_certificate_manager_certificate_map_entry: of(
    'certificatemanager',
    'certmapentries.create certmapentries.get certs.use operations.get',
  ),
  google_certificate_manager_dns_authorization: of(
    'certificatemanager',
    'dnsauthorizations.create dnsauthorizations.get operations.get',
  ),
  google_compute_backend_service: of(
    'compute',
    'backendServices.create backendServices.get healthChecks.useReadOnly instanceGroups.use globalOperations.get',
  ),
  google_compute_firewall: of('compute', 'firewalls.create firewalls.get networks.updatePolicy globalOperations.get'),
  google_compute_global_address: of(
    'compute',
    'globalAddresses.create globalAddresses.get globalAddresses.setLabels globalOperations.get',
  ),
  google_compute_global_forwarding_rule: of(
    'compute',
    'globalForwardingRules.create globalForwardingRules.get globalForwardingRules.setLabels globalAddresses.use targetHttpProxies.use targetHttpsProxies.use globalOperations.get',
  ),
  google_compute_health_check: of('compute', 'healthChecks.create healthChecks.get globalOperations.get'),
  google_compute_network: of('compute', 'networks.create networks.get globalOperations.get'),
  google_compute_region_autoscaler: of(
    'compute',
    'autoscalers.create autoscalers.get instanceGroupManagers.use regionOperations.get',
  ),
  google_compute_region_instance_group_manager: [
    ...of('compute', 'instanceGroupManagers.create instanceGroupManagers.get instanceTemplates.useReadOnly'),
    ...of('compute', 'instances.create instances.setMetadata instances.setTags instances.setLabels'),
    ...of('compute', 'instances.setServiceAccount disks.create subnetworks.use images.useReadOnly'),
    ...of('compute', 'healthChecks.useReadOnly regionOperations.get'),
    'iam.serviceAccounts.actAs',
  ],
  google_compute_region_instance_template: [
    ...of('compute', 'instanceTemplates.create instanceTemplates.get regionOperations.get'),
    'iam.serviceAccounts.actAs',
  ],
  google_compute_route: of('compute', 'routes.create routes.get networks.updatePolicy globalOperations.get'),
  google_compute_router: of('compute', 'routers.create routers.get networks.updatePolicy regionOperations.get'),
  google_compute_router_nat: of('compute', 'routers.update routers.get subnetworks.use regionOperations.get'),
  google_compute_security_policy: of(
    'compute',
    'securityPolicies.create securityPolicies.get securityPolicies.use backendServices.setSecurityPolicy globalOperations.get',
  ),
  google_compute_ssl_policy: of('compute', 'sslPolicies.create sslPolicies.get globalOperations.get'),
  google_compute_subnetwork: of(
    'compute',
    'subnetworks.create subnetworks.get networks.updatePolicy regionOperations.get',
  ),
  google_compute_target_http_proxy: of(
    'compute',
    'targetHttpProxies.create targetHttpProxies.get urlMaps.use globalOperations.get',
  ),
  google_compute_target_https_proxy: [
    ...of(
      'compute',
      'targetHttpsProxies.create targetHttpsProxies.get urlMaps.use sslPolicies.use globalOperations.get',
    ),
    ...of('certificatemanager', 'certmaps.use'),
  ],
  google_compute_url_map: of('compute', 'urlMaps.create urlMaps.get backendServices.use globalOperations.get'),
  google_dns_managed_zone: of('dns', 'managedZones.create managedZones.get networks.bindPrivateDNSZone'),
  google_dns_record_set: of(
    'dns',
    'resourceRecordSets.create resourceRecordSets.list changes.create changes.get managedZones.get',
  ),
  google_logging_project_bucket_config: of('logging', 'buckets.create buckets.get buckets.update'),
  google_logging_project_sink: of('logging', 'sinks.create sinks.get'),
  google_memorystore_instance: of('memorystore', 'instances.create instances.get operations.get'),
  google_monitoring_alert_policy: of('monitoring', 'alertPolicies.create alertPolicies.get'),
  google_monitoring_dashboard: of('monitoring', 'dashboards.create dashboards.get'),
  google_monitoring_notification_channel: of('monitoring', 'notificationChannels.create notificationChannels.get'),
  google_monitoring_uptime_check_config: of('monitoring', 'uptimeCheckConfigs.create uptimeCheckConfigs.get'),
  google_network_connectivity_service_connection_policy: [
    ...of('networkconnectivity', 'serviceConnectionPolicies.create serviceConnectionPolicies.get operations.get'),
    ...of('compute', 'networks.use subnetworks.use'),
  ],
  google_project_iam_member: of('resourcemanager', 'projects.get projects.getIamPolicy projects.setIamPolicy'),
  google_project_service: of('serviceusage', 'services.enable services.get services.list'),
  google_pubsub_subscription: of('pubsub', 'subscriptions.create subscriptions.get topics.attachSubscription'),
  google_pubsub_subscription_iam_member: of('pubsub', 'subscriptions.getIamPolicy subscriptions.setIamPolicy'),
  google_pubsub_topic: of('pubsub', 'topics.create topics.get'),
  google_pubsub_topic_iam_member: of('pubsub', 'topics.getIamPolicy topics.setIamPolicy'),
  google_secret_manager_secret: of('secretmanager', 'secrets.create secrets.get'),
  google_secret_manager_secret_iam_member: of('secretmanager', 'secrets.getIamPolicy secrets.setIamPolicy'),
  google_secret_manager_secret_version: of('secretmanager', 'versions.add versions.get versions.access'),
  google_service_account: of('iam', 'serviceAccounts.create serviceAccounts.get'),
  google_storage_bucket: of('storage', 'buckets.create buckets.get'),
  google_storage_bucket_iam_member: of('storage', 'buckets.getIamPolicy buckets.setIamPolicy'),
  google_storage_bucket_object: of('storage', 'objects.create objects.get'),
};

/** The same of data sources. */
export const PERMISSIONS_OF_DATA: Readonly<Record<string, readonly string[]>> = {
  google_project: of('resourcemanager', 'projects.get'),
};

function of(service: string, names: string): string[] {
  return names.split(' ').map((name) => `${service}.${name}`);
}

import type { GcpService } from './service';

/** Log entries that tell of a health check's changes. */
export function healthCheckLog({ platform, name }: GcpService): string {
  return [
    `logName="projects/${platform.project}/logs/compute.googleapis.com%2Fhealthchecks"`,
    'resource.type="gce_instance_group"',
    `resource.labels.instance_group_name="${name()}"`,
  ].join(' AND ');
}

/** What is kept of a service besides its journal: health changes and, unless `accessLogs` is false, the load balancer's request log. */
export function serviceLogs(service: GcpService): readonly string[] {
  const requests = `resource.type="http_load_balancer" AND resource.labels.url_map_name="${service.name('https')}"`;
  return [healthCheckLog(service), ...(service.props.accessLogs === false ? [] : [requests])];
}

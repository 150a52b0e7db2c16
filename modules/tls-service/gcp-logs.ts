import { LoggingProjectBucketConfig } from '@cdktf/provider-google/lib/logging-project-bucket-config';
import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { shortHash, type GcpService } from './gcp-service';

/** Longest retention of a log bucket (Cloud Logging quotas: 3650 days); the portable prop goes to 3653. */
const MAXIMUM_RETENTION_DAYS = 3650;

/** Name of the log that the host agent writes the journal to. */
export function journalLogName(service: GcpService): string {
  return service.name();
}

/**
 * A log bucket of the service's own, with its retention, and the sink that routes to it: the journal, health changes and,
 * unless `accessLogs` is false, the load balancer's request log. The project's `_Default` bucket keeps its copy for as
 * long as the project says; an exclusion there is the project owner's to make.
 */
export function addLogs(service: GcpService, account: ServiceAccount): LoggingProjectBucketConfig {
  const { scope, props, platform } = service;
  const bucket = new LoggingProjectBucketConfig(scope, 'log-bucket', {
    project: platform.project,
    location: platform.region,
    // A deleted log bucket keeps its name for seven days and cannot be had again in that time; the account's number is new
    // in each life of the service.
    bucketId: `${service.name()}-${shortHash(account.uniqueId)}`,
    description: `Journal, health and requests of ${service.id} (${platform.environment})`,
    retentionDays: Math.min(props.logRetentionDays, MAXIMUM_RETENTION_DAYS),
    cmekSettings: platform.keyId === undefined ? undefined : { kmsKeyName: platform.keyId },
    lifecycle: { preventDestroy: props.deletionProtection },
  });
  new LoggingProjectSink(scope, 'log-sink', {
    name: service.name(),
    description: `Routes the logs of ${service.id} (${platform.environment}) to their own bucket`,
    destination: `logging.googleapis.com/${bucket.id}`,
    filter: sinkFilter(service),
    uniqueWriterIdentity: true,
  });
  return bucket;
}

/** Log entries that tell of a health check's changes. */
export function healthCheckLog({ platform, name }: GcpService): string {
  return [
    `logName="projects/${platform.project}/logs/compute.googleapis.com%2Fhealthchecks"`,
    'resource.type="gce_instance_group"',
    `resource.labels.instance_group_name="${name()}"`,
  ].join(' AND ');
}

function sinkFilter(service: GcpService): string {
  const { platform, props } = service;
  const filters = [
    `logName="projects/${platform.project}/logs/${journalLogName(service)}"`,
    healthCheckLog(service),
    ...(props.accessLogs === false
      ? []
      : [`resource.type="http_load_balancer" AND resource.labels.url_map_name="${service.name('https')}"`]),
  ];
  return filters.map((filter) => `(${filter})`).join(' OR ');
}

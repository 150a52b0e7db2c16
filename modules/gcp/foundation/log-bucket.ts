import { LoggingProjectBucketConfig } from '@cdktf/provider-google/lib/logging-project-bucket-config';
import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { shortHash, type GcpPart } from './part';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Longest retention of a log bucket (Cloud Logging quotas: 3650 days); the portable prop goes to 3653. */
const MAXIMUM_RETENTION_DAYS = 3650;

/** Name of the log that the host agent of a part's machines writes the journal to. */
export function journalLogName(part: GcpPart): string {
  return part.name();
}

/**
 * A log bucket of a part's own, with its retention, and the sink that routes to it: the journal, and what else `filters` say. The
 * project's `_Default` bucket keeps its copy for as long as the project says; an exclusion there is the project owner's to make.
 */
export function addLogBucket(
  part: GcpPart,
  options: {
    readonly account: ServiceAccount;
    /** What it holds: `Journal`. */
    readonly content: string;
    /** Filters of entries besides the journal. @default none */
    readonly filters?: readonly string[];
    readonly retentionDays: number;
    readonly deletionProtection: boolean;
  },
): LoggingProjectBucketConfig {
  const { scope, platform, id } = part;
  const bucket = new LoggingProjectBucketConfig(scope, 'log-bucket', {
    project: platform.project,
    location: platform.region,
    // A deleted log bucket keeps its name for seven days and cannot be had again in that time; the account's number is new
    // in each life of the part.
    bucketId: `${part.name()}-${shortHash(options.account.uniqueId)}`,
    description: `${options.content} of ${id} (${platform.environment})`,
    retentionDays: Math.min(options.retentionDays, MAXIMUM_RETENTION_DAYS),
    cmekSettings: platform.keyId === undefined ? undefined : { kmsKeyName: platform.keyId },
  });
  guardAgainstDeletion(bucket, options.deletionProtection);
  const journal = `logName="projects/${platform.project}/logs/${journalLogName(part)}"`;
  new LoggingProjectSink(scope, 'log-sink', {
    name: part.name(),
    description: `Routes the logs of ${id} (${platform.environment}) to their own bucket`,
    destination: `logging.googleapis.com/${bucket.id}`,
    filter: [journal, ...(options.filters ?? [])].map((filter) => `(${filter})`).join(' OR '),
    uniqueWriterIdentity: true,
  });
  return bucket;
}

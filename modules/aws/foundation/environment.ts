import type { HostAgents } from '../../machine/host-agents';
import type { AccessLogBucket } from './access-log-bucket';
import type { ArtifactBucket } from './artifact-bucket';
import type { BootstrapBucket } from './bootstrap-bucket';
import type { AwsNetwork } from './network';

/** What a service is told about the platform it runs on. */
export interface AwsEnvironment {
  readonly application: string;
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** KMS key of everything that takes one. */
  readonly keyArn: string;
  readonly network: AwsNetwork;
  readonly artifacts: ArtifactBucket;
  /** What was put there ahead of the stack. */
  readonly bootstrap: BootstrapBucket;
  /** Host agents that were put there. @default none - each stack uploads its own */
  readonly hostAgents?: HostAgents;
  readonly accessLogs: AccessLogBucket;
  readonly permissionsBoundaryArn?: string;
  /** Tags on everything, by the provider; repeated where AWS itself makes the resource (instances, disks). */
  readonly tags: Readonly<Record<string, string>>;
}

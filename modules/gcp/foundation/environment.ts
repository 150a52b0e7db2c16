import type { HostAgents } from '../../machine/host-agents';
import type { ArtifactBucket } from './artifact-bucket';
import type { BootstrapBucket } from './bootstrap-bucket';
import type { GcpNetwork } from './network';
import type { GoogleApis } from './google-apis';

/** What a service is told about the platform it runs on. */
export interface GcpEnvironment {
  readonly application: string;
  readonly environment: string;
  readonly project: string;
  readonly region: string;
  /** Cloud KMS key of everything that takes one; absent: Google's own keys. */
  readonly keyId?: string;
  readonly apis: GoogleApis;
  readonly network: GcpNetwork;
  readonly artifacts: ArtifactBucket;
  /** What was put there ahead of the stack. */
  readonly bootstrap: BootstrapBucket;
  /** Host agents that were put there. @default none - each stack uploads its own */
  readonly hostAgents?: HostAgents;
  /** Labels on everything, by the provider; repeated where Google itself makes the resource (disks). */
  readonly labels: Readonly<Record<string, string>>;
}

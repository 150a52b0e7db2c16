/**
 * The contracts: what a service is, wherever it runs. No cloud is loaded; a platform comes from `sandpiper/modules/aws` or
 * `sandpiper/modules/gcp`.
 */
export { InvalidPropError } from './props/invalid-prop';
export type { HostAgents } from './machine/host-agents';
export type { EventStoreProps, EventStoreSize, IEventStore } from './event-store/event-store';
export { Platform, type PlatformProps } from './platform/platform';
export type { Cloud } from './props/cloud';
export {
  archive,
  binary,
  pushed,
  pushedBinary,
  type Architecture,
  type ArchiveArtifact,
  type Artifact,
  type BinaryArtifact,
  type PushedArtifact,
  type PushedBinaryArtifact,
  type PushedFile,
} from './machine/artifact';
export { Playground, type PlaygroundProps } from './playground/playground';
export type { FleetAlarms, FleetCapacity, ISandboxFleet, SandboxFleetProps } from './sandbox-fleet/sandbox-fleet';
export type { FleetScaling } from './sandbox-fleet/scaling';
export type { Capacity, MachineSize } from './machine/capacity';
export {
  existingCertificates,
  managedCertificate,
  type CertificateSource,
  type ExistingCertificates,
  type ManagedCertificate,
} from './tls-service/certificate-source';
export type { AwsTlsServiceOptions, GcpTlsServiceOptions } from './tls-service/cloud-options';
export {
  existing,
  fromVariable,
  type ExistingSecret,
  type SecretFromVariable,
  type SecretSource,
} from './tls-service/secret-source';
export type {
  AccessLogs,
  Alarms,
  Firewall,
  HealthCheck,
  ITlsService,
  TlsServiceProps,
} from './tls-service/tls-service';

import type { StoredArtifact } from '../gcp/artifact-bucket';
import { renderBootScript } from '../boot/boot-script';
import type { MachineSpec } from '../boot/machine-spec';
import { journalLogName } from '../gcp/log-bucket';
import { commandOnMachine, kindOnMachine } from './artifact';
import type { GcpPrograms } from './gcp-programs';
import type { GcpService } from './gcp-service';
import { HEALTH_BRIDGE_PORT } from './resolve';

/** The boot script of a service's instances. It names secrets and their versions, and holds no value. */
export function bootScriptOf(service: GcpService, programs: GcpPrograms, secrets: MachineSpec['secrets']): string {
  const { id, props, platform } = service;
  return renderBootScript({
    schemaVersion: 1,
    cloud: 'gcp',
    region: platform.region,
    project: platform.project,
    service: id,
    environmentName: platform.environment,
    profile: 'service',
    hostAgent: storedObject(programs.hostAgent),
    artifact: { ...storedObject(programs.artifact), kind: kindOnMachine(props.artifact) },
    command: commandOnMachine(props.artifact),
    variables: { ...props.environment, PORT: String(props.port) },
    secrets,
    port: props.port,
    health: {
      path: props.healthCheck.path,
      expectedStatus: props.healthCheck.expectedStatus,
      bridgePort: HEALTH_BRIDGE_PORT,
    },
    drainSeconds: props.drainSeconds,
    logs: { logName: journalLogName(service) },
  });
}

/** How a machine finds an object. */
export function storedObject({ bucket, key, sha256 }: StoredArtifact): MachineSpec['hostAgent'] {
  return { bucket, key, sha256 };
}

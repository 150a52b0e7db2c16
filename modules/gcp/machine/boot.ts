import type { StoredArtifact } from '../foundation/artifact-bucket';
import { renderBootScript } from '../../machine/boot-script';
import type { MachineSpec } from '../../../contracts/machine-spec';
import type { GcpPart } from '../foundation/part';
import { journalLogName } from '../foundation/log-bucket';
import { commandOnMachine, kindOnMachine } from '../../machine/artifact';
import type { GcpPrograms } from './programs';
import type { GcpService } from '../tls-service/service';
import { HEALTH_BRIDGE_PORT } from '../../tls-service/resolve';

/** The boot script of a service's instances. It names secrets and their versions, and holds no value. */
export function bootScriptOf(service: GcpService, programs: GcpPrograms, secrets: MachineSpec['secrets']): string {
  const { props } = service;
  return renderBootScript({
    ...specOf(service),
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
      maximumAgeDays: props.maximumInstanceAgeDays,
    },
    drainSeconds: props.drainSeconds,
  });
}

/** What the boot script of every machine of a part says alike. */
export function specOf(part: GcpPart) {
  const { id, platform } = part;
  return {
    schemaVersion: 1,
    cloud: 'gcp',
    region: platform.region,
    project: platform.project,
    service: id,
    environmentName: platform.environment,
    logs: { logName: journalLogName(part) },
  } as const satisfies Partial<MachineSpec>;
}

/** How a machine finds an object. */
export function storedObject({ bucket, key, sha256 }: StoredArtifact): MachineSpec['hostAgent'] {
  return { bucket, key, sha256 };
}

import type { MachineSpec } from '../../../contracts/machine-spec';
import { commandOnMachine, kindOnMachine } from '../../machine/artifact';
import { renderBootScript } from '../../machine/boot-script';
import { HEALTH_BRIDGE_PORT } from '../../tls-service/resolve';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import { specOf, storedObject } from '../machine/boot';
import { storeHostAgent } from '../machine/host-agent';
import type { GcpService } from './service';

/** What an instance fetches at boot. */
export interface GcpPrograms {
  readonly artifact: StoredArtifact;
  readonly hostAgent: StoredArtifact;
}

/** Puts the service's program and the host agent into the platform's bucket, unless they were pushed. */
export function storePrograms(service: GcpService): GcpPrograms {
  const { scope, id, props, platform } = service;
  const { artifact } = props;
  return {
    artifact:
      'key' in artifact
        ? platform.bootstrap.object(artifact)
        : platform.artifacts.store(scope, 'artifact', {
            prop: 'artifact.path',
            path: artifact.path,
            prefix: `services/${id}`,
          }),
    hostAgent: storeHostAgent(service, props.architecture),
  };
}

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

import type { StoredArtifact } from '../foundation/artifact-bucket';
import { hostAgentBinary } from '../../machine/host-agent-binary';
import { pushedHostAgent } from '../../machine/host-agents';
import type { GcpPart } from '../foundation/part';
import type { Architecture } from '../../machine/artifact';
import type { GcpService } from '../tls-service/service';

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

/** Puts the host agent into the platform's bucket, or names the one that was pushed. @throws InvalidPropError */
export function storeHostAgent({ scope, id, platform }: GcpPart, architecture: Architecture): StoredArtifact {
  const pushed = pushedHostAgent(platform.hostAgents, architecture);
  if (pushed !== undefined) return platform.bootstrap.object(pushed);
  return platform.artifacts.store(scope, 'host-agent', {
    prop: 'host-agent',
    path: hostAgentBinary(architecture),
    // Each service has its own copy, so that a service can be destroyed alone.
    prefix: `host-agent/${id}`,
  });
}

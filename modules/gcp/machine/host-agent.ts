import type { Architecture } from '../../machine/artifact';
import { hostAgentBinary } from '../../machine/host-agent-binary';
import { pushedHostAgent } from '../../machine/host-agents';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { GcpPart } from '../foundation/part';

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

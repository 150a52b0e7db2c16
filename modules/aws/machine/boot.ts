import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { AwsEnvironment } from '../foundation/environment';
import { hostAgentBinary } from '../../machine/host-agent-binary';
import { pushedHostAgent } from '../../machine/host-agents';
import type { StoredObject } from '../../../contracts/machine-spec';
import type { Architecture } from '../../machine/artifact';

/** Puts the host agent into the artifact bucket, once for all machines, or names the one that was pushed. @throws InvalidPropError */
export function storeHostAgent(
  { artifacts, bootstrap, hostAgents }: AwsEnvironment,
  architecture: Architecture,
): StoredArtifact {
  const pushed = pushedHostAgent(hostAgents, architecture);
  if (pushed !== undefined) return bootstrap.object(pushed);
  return artifacts.storeShared(`host-agent-${architecture}`, {
    prop: 'architecture',
    path: hostAgentBinary(architecture),
  });
}

/** How a machine finds an object. */
export function stored({ bucket, key, version, sha256 }: StoredArtifact): StoredObject {
  return { bucket, key, version, sha256 };
}

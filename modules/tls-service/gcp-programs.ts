import type { StoredArtifact } from '../gcp/artifact-bucket';
import { hostAgentBinary } from '../boot/host-agent-binary';
import type { GcpService } from './gcp-service';

/** What an instance fetches at boot. */
export interface GcpPrograms {
  readonly artifact: StoredArtifact;
  readonly hostAgent: StoredArtifact;
}

/** Puts the service's program and the host agent into the platform's bucket. */
export function storePrograms({ scope, id, props, platform }: GcpService): GcpPrograms {
  const { artifact } = props;
  return {
    artifact:
      artifact.kind === 'pushed'
        ? platform.bootstrap.object(artifact)
        : platform.artifacts.store(scope, 'artifact', {
            prop: 'artifact.path',
            path: artifact.path,
            prefix: `services/${id}`,
          }),
    hostAgent: platform.artifacts.store(scope, 'host-agent', {
      prop: 'host-agent',
      path: hostAgentBinary(props.architecture),
      // Each service has its own copy, so that a service can be destroyed alone.
      prefix: `host-agent/${id}`,
    }),
  };
}

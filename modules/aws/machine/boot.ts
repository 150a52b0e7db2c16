import type { Construct } from 'constructs';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { AwsEnvironment } from '../foundation/environment';
import { hostAgentBinary } from '../../machine/host-agent-binary';
import { pushedHostAgent } from '../../machine/host-agents';
import type { MachineSpec, StoredObject } from '../../../contracts/machine-spec';
import { commandOnMachine, kindOnMachine, type Architecture } from '../../machine/artifact';
import type { ReadableSecret } from './secret';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';

/** Files that an instance fetches at boot. */
export interface Programs {
  readonly artifact: StoredArtifact;
  readonly hostAgent: StoredArtifact;
}

/** Puts the program and the host agent into the artifact bucket, unless they were pushed. */
export function storePrograms(
  scope: Construct,
  { id, platform, props }: { id: string; platform: AwsEnvironment; props: ResolvedTlsServiceProps },
): Programs {
  const { artifact } = props;
  return {
    artifact:
      'key' in artifact
        ? platform.bootstrap.object(artifact)
        : platform.artifacts.store(scope, 'artifact', { prop: 'artifact.path', path: artifact.path, prefix: id }),
    hostAgent: storeHostAgent(platform, props.architecture),
  };
}

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

/** What an instance is to run. */
export function machineSpec(options: {
  readonly id: string;
  readonly platform: AwsEnvironment;
  readonly props: ResolvedTlsServiceProps;
  readonly programs: Programs;
  readonly secrets: readonly ReadableSecret[];
  readonly logGroup: string;
}): MachineSpec {
  const { id, platform, props, programs, secrets } = options;
  const { artifact } = props;
  return {
    schemaVersion: 1,
    cloud: 'aws',
    region: platform.region,
    service: id,
    environmentName: platform.environment,
    profile: 'service',
    hostAgent: stored(programs.hostAgent),
    artifact: { ...stored(programs.artifact), kind: kindOnMachine(artifact) },
    command: commandOnMachine(artifact),
    variables: { ...props.environment, PORT: String(props.port) },
    secrets: secrets.map(({ variable, arn, version }) => ({ variable, id: arn, version })),
    port: props.port,
    health: { path: props.healthCheck.path, expectedStatus: props.healthCheck.expectedStatus },
    drainSeconds: props.drainSeconds,
    logs: { logGroup: options.logGroup },
  };
}

/** How a machine finds an object. */
export function stored({ bucket, key, version, sha256 }: StoredArtifact): StoredObject {
  return { bucket, key, version, sha256 };
}

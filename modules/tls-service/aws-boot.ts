import type { Construct } from 'constructs';
import type { StoredArtifact } from '../aws/artifact-bucket';
import type { AwsEnvironment } from '../aws/aws-environment';
import { hostAgentBinary } from '../boot/host-agent-binary';
import type { MachineSpec, StoredObject } from '../boot/machine-spec';
import type { ReadableSecret } from './aws-secret';
import type { ResolvedTlsServiceProps } from './resolve';

/** Files that an instance fetches at boot. */
export interface Programs {
  readonly artifact: StoredArtifact;
  readonly hostAgent: StoredArtifact;
}

/** Puts the program and the host agent into the artifact bucket. */
export function storePrograms(
  scope: Construct,
  { id, platform, props }: { id: string; platform: AwsEnvironment; props: ResolvedTlsServiceProps },
): Programs {
  const { artifacts } = platform;
  return {
    artifact: artifacts.store(scope, 'artifact', { prop: 'artifact.path', path: props.artifact.path, prefix: id }),
    hostAgent: artifacts.storeShared(`host-agent-${props.architecture}`, {
      prop: 'architecture',
      path: hostAgentBinary(props.architecture),
    }),
  };
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
    artifact: { ...stored(programs.artifact), kind: artifact.kind },
    command: artifact.kind === 'archive' ? artifact.command : ['./program', ...(artifact.args ?? [])],
    variables: { ...props.environment, PORT: String(props.port) },
    secrets: secrets.map(({ variable, arn, version }) => ({ variable, id: arn, version })),
    port: props.port,
    health: { path: props.healthCheck.path, expectedStatus: props.healthCheck.expectedStatus },
    drainSeconds: props.drainSeconds,
    logs: { logGroup: options.logGroup },
  };
}

function stored({ bucket, key, version, sha256 }: StoredArtifact): StoredObject {
  return { bucket, key, version, sha256 };
}

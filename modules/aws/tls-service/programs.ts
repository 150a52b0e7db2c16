import type { MachineSpec } from '../../../contracts/machine-spec';
import { commandOnMachine, kindOnMachine } from '../../machine/artifact';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import { stored, storeHostAgent } from '../machine/boot';
import type { ReadableSecret } from './secret';
import type { AwsService } from './service';

/** Files that an instance fetches at boot. */
export interface Programs {
  readonly artifact: StoredArtifact;
  readonly hostAgent: StoredArtifact;
}

/** Puts the program and the host agent into the artifact bucket, unless they were pushed. */
export function storePrograms({ scope, id, platform, props }: AwsService): Programs {
  const { artifact } = props;
  return {
    artifact:
      'key' in artifact
        ? platform.bootstrap.object(artifact)
        : platform.artifacts.store(scope, 'artifact', { prop: 'artifact.path', path: artifact.path, prefix: id }),
    hostAgent: storeHostAgent(platform, props.architecture),
  };
}

/** What an instance is to run. */
export function machineSpec(
  { id, platform, props }: AwsService,
  options: {
    readonly programs: Programs;
    readonly secrets: readonly ReadableSecret[];
    readonly logGroup: string;
  },
): MachineSpec {
  const { programs, secrets } = options;
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

import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { Playground, type PlaygroundPlatform } from '../modules/playground/playground';
import { pushed } from '../modules/tls-service/artifact';
import { PLAYGROUND } from './application';
import { playgroundArtifacts } from './artifacts';
import type { CloudValues } from './cloud-values';
import { wholeNumberVariable } from './variables';

/** Wires the playground into a cloud's platform, beside the user API. @throws InvalidArtifactManifestError when it was never built */
export function deployPlayground(scope: Construct, platform: PlaygroundPlatform, values: CloudValues): void {
  const { settings } = values;
  const artifacts = playgroundArtifacts();
  const count = (name: string, description: string, minimum: number, fallback: number): number =>
    wholeNumberVariable(scope, name, description, { minimum, maximum: 1000, default: fallback }).numberValue;
  const playground = new Playground(scope, PLAYGROUND, {
    platform,
    gateway: pushed(artifacts.gateway, ['bin/gateway']),
    jwtSecret: values.jwtSecret,
    service: {
      ...values.service(PLAYGROUND),
      // Runner and gateway are built for x64; so is gVisor's platform that was measured.
      architecture: 'x64',
      capacity: {
        minInstances: count('gateway_min_instances', 'Playground gateways that always run.', 1, 2),
        maxInstances: count('gateway_max_instances', 'Playground gateways at most.', 1, 6),
      },
    },
    fleet: {
      runner: pushed(artifacts.runner, ['bin/runner']),
      imageKeys: artifacts.images.map(({ key }) => key),
      capacity: {
        minInstances: count(
          'runner_min_instances',
          'Sandbox machines that always run; 0: the first job waits for one to boot.',
          0,
          1,
        ),
        maxInstances: count('runner_max_instances', 'Sandbox machines at most.', 1, 10),
        onDemandInstances: count(
          'runner_on_demand_instances',
          'Sandbox machines of these that are no spot machines.',
          0,
          1,
        ),
      },
      baseImage: values.baseImage.stringValue,
      alarms: { emails: values.emails.listValue },
      deletionProtection: settings.deletionProtection,
      operatorAccess: settings.operatorAccess,
    },
    eventStore: { deletionProtection: false },
  });
  new TerraformOutput(scope, 'playground_url', {
    value: playground.gateway.url,
    description: 'Where the playground answers.',
  });
  new TerraformOutput(scope, 'playground_load_balancer_address', {
    value: playground.gateway.loadBalancerAddress,
    description: 'The load balancer of the playground, for DNS records that are kept elsewhere.',
  });
}

import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { Platform } from '../modules/platform/platform';
import { Playground } from '../modules/playground/playground';
import { pushed } from '../modules/machine/artifact';
import { PLAYGROUND } from './application';
import { playgroundArtifacts } from './artifacts';
import type { CloudValues } from './cloud-values';
import { wholeNumberVariable } from './variables';

/** Wires the playground into a cloud's platform, beside the user API. @throws InvalidArtifactManifestError when it was never built */
export function deployPlayground(scope: Construct, platform: Platform, values: CloudValues): void {
  const { settings } = values;
  const artifacts = settings.playgroundArtifacts ?? playgroundArtifacts();
  const bounds = { minimum: 1, maximum: 1000 };
  const playground = new Playground(scope, PLAYGROUND, {
    platform,
    gateway: pushed(artifacts.gateway, ['bin/gateway']),
    jwtSecret: values.jwtSecret,
    service: {
      ...values.service(PLAYGROUND),
      // What gVisor was measured on.
      architecture: 'x64',
      capacity: {
        minInstances: wholeNumberVariable(scope, 'gateway_min_instances', 'Playground gateways that always run.', {
          ...bounds,
          default: 2,
        }).numberValue,
        maxInstances: wholeNumberVariable(scope, 'gateway_max_instances', 'Playground gateways at most.', {
          ...bounds,
          default: 6,
          notBelow: ['gateway_min_instances'],
        }).numberValue,
      },
    },
    fleet: {
      runner: pushed(artifacts.runner, ['bin/runner']),
      imageKeys: artifacts.images.map(({ key }) => key),
      languages: [...new Set(artifacts.images.map(({ language }) => language))],
      capacity: {
        minInstances: wholeNumberVariable(
          scope,
          'runner_min_instances',
          'Sandbox machines that always run; 0: the first job waits for one to boot.',
          { ...bounds, minimum: 0, default: 1 },
        ).numberValue,
        maxInstances: wholeNumberVariable(scope, 'runner_max_instances', 'Sandbox machines at most.', {
          ...bounds,
          default: 10,
          notBelow: ['runner_min_instances', 'runner_on_demand_instances'],
        }).numberValue,
        onDemandInstances: wholeNumberVariable(
          scope,
          'runner_on_demand_instances',
          'Sandbox machines of these that are no spot machines.',
          { ...bounds, minimum: 0, default: 1 },
        ).numberValue,
      },
      baseImage: values.baseImage.stringValue,
      maximumInstanceAgeDays: values.maximumAge.numberValue,
      alarms: { emails: values.emails.listValue },
      deletionProtection: settings.deletionProtection,
      operatorAccess: settings.operatorAccess,
      aws: values.operators,
    },
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

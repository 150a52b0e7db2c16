import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { Platform } from '../modules/platform/platform';
import { USER_API, userApi } from './application';
import type { CloudValues } from './cloud-values';
import { userApiProgram } from './programs';
import { wholeNumberVariable } from './variables';

/** Wires the user API into a cloud's platform: every value is a Terraform variable, the structure comes from the settings. */
export function deployUserApi(scope: Construct, platform: Platform, values: CloudValues): void {
  const { settings } = values;
  const instances = { minimum: 1, maximum: 1000 };
  const minInstances = wholeNumberVariable(scope, 'min_instances', 'User API instances that always run.', {
    ...instances,
    default: 2,
  });
  const maxInstances = wholeNumberVariable(scope, 'max_instances', 'User API instances at most.', {
    ...instances,
    default: 6,
    notBelow: ['min_instances'],
  });
  const service = platform.tlsService(
    USER_API,
    userApi({
      ...values.service(USER_API),
      artifact: userApiProgram(settings),
      jwtSecret: values.jwtSecret,
      capacity: { minInstances: minInstances.numberValue, maxInstances: maxInstances.numberValue },
    }),
  );
  new TerraformOutput(scope, 'url', { value: service.url, description: 'Where the user API answers.' });
  new TerraformOutput(scope, 'load_balancer_address', {
    value: service.loadBalancerAddress,
    description: 'The load balancer itself, for DNS records that are kept elsewhere.',
  });
}

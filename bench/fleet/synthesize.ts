import { Testing, type TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { readSettings, type Settings } from '../../stacks/settings';

/** What both stacks are made with; no value of it matters here. */
const ENVIRONMENT = { PLAYGROUND: 'true' };

/** The `cdk.tf.json` of a stack with the playground, parsed: what Terraform plans. */
export function synthesizedStack(
  name: string,
  Stack: new (scope: Construct, id: string, settings: Settings) => TerraformStack,
): unknown {
  const stack = new Stack(Testing.app(), name, readSettings({ env: ENVIRONMENT, context: () => undefined }));
  return JSON.parse(Testing.synth(stack));
}

import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { synthesizeAwsStack, useEmulator } from '../../kit/clouds/aws/emulator-stack';
import { startMoto } from '../../kit/clouds/aws/moto';
import { synthesizeGcpStack, VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { GOOGLE, startGoogleProvider } from '../../kit/clouds/google-provider/google-provider';
import { loadProviderData } from '../../kit/clouds/google-provider/provider-data';
import { temporaryDirectory, terraformIn, type TerraformPlan } from '../../kit/terraform';

/** A plan of a stack with the playground, and the configuration that it was made of: what `./sandpiper flows` is given. */
export interface PlannedPlayground {
  /** `terraform show -json` of the plan. */
  readonly plan: TerraformPlan;
  /** The synthesized `cdk.tf.json`. */
  readonly configuration: Record<string, any>;
}

const REGION = 'eu-central-1';
const DOMAIN = 'example.test';

/**
 * stacks/aws-stack.ts by the real AWS provider, once for each of the settings. Only what is read at plan (zones, images, the hosted
 * zone) comes from the simulator.
 */
export async function planAwsPlaygrounds(
  variants: readonly Readonly<Record<string, string>>[],
): Promise<PlannedPlayground[]> {
  const moto = await startMoto();
  const outdir = temporaryDirectory('isolation-aws');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const route53 = new Route53Client({ endpoint: moto.endpoint, region: REGION, credentials });
  try {
    await route53.send(new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'isolation' }));
    const planned: PlannedPlayground[] = [];
    for (const [index, settings] of variants.entries()) {
      const all = { ENVIRONMENT: 'prod', DOMAIN, PLAYGROUND: 'true', ...settings };
      const directory = synthesizeAwsStack(path.join(outdir, String(index)), all);
      useEmulator(directory, moto.endpoint);
      const terraform = terraformIn(directory, {
        variables: { aws_region: REGION, app_jwt_secret: 'never in a plan', operator_key_pair: 'operators' },
      });
      await terraform.init();
      planned.push({ plan: (await terraform.plan()).json, configuration: readConfiguration(directory) });
    }
    return planned;
  } finally {
    route53.destroy();
    await moto.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

/** stacks/gcp-stack.ts by the stand-in for Google's provider, once for each of the settings. It reads nothing from Google. */
export async function planGcpPlaygrounds(
  variants: readonly Readonly<Record<string, string>>[],
): Promise<PlannedPlayground[]> {
  const outdir = temporaryDirectory('isolation-gcp');
  const provider = await startGoogleProvider(loadProviderData());
  try {
    const planned: PlannedPlayground[] = [];
    for (const [index, settings] of variants.entries()) {
      const all = { ENVIRONMENT: 'prod', PLAYGROUND: 'true', ...settings };
      const directory = synthesizeGcpStack(path.join(outdir, String(index)), all);
      const terraform = terraformIn(directory, {
        reattached: [GOOGLE],
        environment: provider.environment,
        variables: VARIABLES,
      });
      await terraform.init();
      planned.push({ plan: (await terraform.plan()).json, configuration: readConfiguration(directory) });
    }
    return planned;
  } finally {
    await provider.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

function readConfiguration(directory: string): Record<string, any> {
  return JSON.parse(fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8')) as Record<string, any>;
}

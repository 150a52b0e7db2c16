import * as fs from 'node:fs';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { synthesizeAwsStack, useEmulator } from '../../kit/clouds/aws/emulator-stack';
import { startMoto } from '../../kit/clouds/aws/moto';
import { temporaryDirectory, terraformIn } from '../../kit/terraform';
import { plannedStack, type PlannedStack } from './planned-stack';

const REGION = 'eu-central-1';
const DOMAIN = 'example.test';
const VARIABLES = {
  aws_region: REGION,
  app_jwt_secret: 'never in a plan',
  operator_key_pair: 'operators',
  alarm_emails: ['ops@example.test'],
};

/**
 * Plans stacks/aws-stack.ts once for each of the settings, by the real AWS provider. Only what is read at plan (zones,
 * images, the hosted zone) comes from the simulator.
 */
export async function planAwsStacks(variants: readonly Readonly<Record<string, string>>[]): Promise<PlannedStack[]> {
  const moto = await startMoto();
  const outdir = temporaryDirectory('policy-aws');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const route53 = new Route53Client({ endpoint: moto.endpoint, region: REGION, credentials });
  try {
    await route53.send(new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'policy' }));
    const stacks: PlannedStack[] = [];
    for (const [index, settings] of variants.entries()) {
      const directory = synthesizeAwsStack(`${outdir}/${index}`, { ENVIRONMENT: 'prod', DOMAIN, ...settings });
      useEmulator(directory, moto.endpoint);
      const terraform = terraformIn(directory, { variables: VARIABLES });
      await terraform.init();
      stacks.push(plannedStack((await terraform.plan()).json, directory));
    }
    return stacks;
  } finally {
    route53.destroy();
    await moto.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

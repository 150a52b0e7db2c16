import * as fs from 'node:fs';
import { GOOGLE, startGoogleProvider } from '../../kit/clouds/google-provider/google-provider';
import { synthesizeGcpStack, VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { loadProviderData } from '../../kit/clouds/google-provider/provider-data';
import { temporaryDirectory, terraformIn } from '../../kit/terraform';
import { plannedStack, type PlannedStack } from './planned-stack';

const KEY = 'projects/demo-project/locations/europe-west3/keyRings/ring/cryptoKeys/key';

/** Plans stacks/gcp-stack.ts once for each of the settings. It reads nothing from Google. */
export async function planGcpStacks(variants: readonly Readonly<Record<string, string>>[]): Promise<PlannedStack[]> {
  const outdir = temporaryDirectory('policy-gcp');
  const provider = await startGoogleProvider(loadProviderData());
  try {
    const stacks: PlannedStack[] = [];
    for (const [index, settings] of variants.entries()) {
      const directory = synthesizeGcpStack(`${outdir}/${index}`, { ENVIRONMENT: 'prod', ...settings });
      const terraform = terraformIn(directory, {
        reattached: [GOOGLE],
        environment: provider.environment,
        variables: { ...VARIABLES, alarm_emails: ['ops@example.com'], kms_key_id: KEY },
      });
      await terraform.init();
      stacks.push(plannedStack((await terraform.plan()).json, directory));
    }
    return stacks;
  } finally {
    await provider.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

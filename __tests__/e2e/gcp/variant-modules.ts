import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { GcpPlatform } from '../../../modules/gcp/platform';
import { PLATFORM, SERVICE } from '../../kit/synthesize/gcp';
import { secretVariable } from '../../kit/synthesize/service';
import type { GcpChange } from '../../kit/synthesize/gcp';

/**
 * Writes one root module into `root` that calls each variant as a module: one run of Terraform sees them all. The provider
 * is the root's, as one process of a provider has one configuration; each variant is an environment of its own.
 */
export function writeVariants(root: string, variants: readonly GcpChange[]): void {
  const modules = variants.map((variant, index) => writeVariant(root, `v${index}`, variant));
  const configuration = {
    terraform: { required_providers: { google: { source: 'hashicorp/google' } } },
    provider: { google: { project: PLATFORM.project, region: PLATFORM.region } },
    variable: { secret: { type: 'string', ephemeral: true } },
    module: Object.fromEntries(modules),
  };
  fs.writeFileSync(path.join(root, 'main.tf.json'), JSON.stringify(configuration));
}

function writeVariant(root: string, name: string, { platform, service, id = 'user-api' }: GcpChange) {
  const outdir = path.join(root, 'synthesized');
  const app = new App({ outdir });
  const stack = new TerraformStack(app, name);
  const props = { ...SERVICE, secrets: { APP_JWT_SECRET: secretVariable(stack) }, ...service };
  new GcpPlatform(stack, 'platform', { ...PLATFORM, ...platform, environment: name }).tlsService(id, {
    ...props,
    // The same names in one zone would be the same records.
    zone: props.zone && `${props.zone}-${name}`,
  });
  app.synth();
  const directory = path.join(outdir, 'stacks', name);
  const stackJson = JSON.parse(fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8')) as Record<string, any>;
  const { provider: _provider, terraform, ...rest } = stackJson;
  fs.mkdirSync(path.join(root, name));
  fs.writeFileSync(
    path.join(root, name, 'main.tf.json'),
    JSON.stringify({ ...rest, terraform: { required_providers: terraform.required_providers } }),
  );
  // Files are named relative to the working directory of Terraform, which is the root's.
  fs.cpSync(path.join(directory, 'assets'), path.join(root, 'assets'), { recursive: true });
  const secret = rest.variable?.app_jwt_secret === undefined ? {} : { app_jwt_secret: '${var.secret}' };
  return [name, { source: `./${name}`, ...secret }] as const;
}

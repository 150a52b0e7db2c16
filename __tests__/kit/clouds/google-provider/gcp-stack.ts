import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { GcpStack } from '../../../../stacks/gcp-stack';
import { readSettings } from '../../../../stacks/settings';

/** Values of the stack's variables that have no default. */
export const VARIABLES = {
  gcp_project: 'demo-project',
  gcp_region: 'europe-west3',
  domain: 'example.com',
  zone: 'example',
  app_jwt_secret: 'sekret-that-nobody-else-has',
};

/**
 * Synthesizes stacks/gcp-stack.ts in this process and returns its files, to be put into any directory. The state is
 * kept beside them.
 */
export function synthesizeGcpStack(outdir: string, settings: Readonly<Record<string, string>> = {}): string {
  const app = new App({ outdir });
  new GcpStack(app, 'gcp-stack', readSettings({ env: settings, context: () => undefined }));
  app.synth();
  const directory = path.join(outdir, 'stacks', 'gcp-stack');
  const file = path.join(directory, 'cdk.tf.json');
  const stack = JSON.parse(fs.readFileSync(file, 'utf8')) as { terraform: Record<string, unknown> };
  delete stack.terraform.backend;
  fs.writeFileSync(file, JSON.stringify(stack));
  return directory;
}

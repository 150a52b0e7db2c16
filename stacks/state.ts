import * as path from 'node:path';
import { App, CloudBackend, LocalBackend, NamedCloudWorkspace, type TerraformStack } from 'cdktf';
import type { Settings } from './settings';

/**
 * Where a stack keeps its state: a Terraform Cloud workspace of its own, or a file beside cdktf.json. The file's path is
 * written relative to the stack's directory, so that the synthesized directory holds no path of this machine.
 */
export function keepState(stack: TerraformStack, settings: Settings): void {
  const name = `${settings.application}-${settings.environment}-${stack.node.id}`;
  if (settings.terraformCloud) {
    const { organization, hostname, project } = settings.terraformCloud;
    new CloudBackend(stack, { organization, hostname, workspaces: new NamedCloudWorkspace(name, project) });
    return;
  }
  const stackDirectory = path.join(App.of(stack).outdir, 'stacks', stack.node.id);
  new LocalBackend(stack, { path: path.relative(stackDirectory, path.resolve(`terraform.${name}.tfstate`)) });
}

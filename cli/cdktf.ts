import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { projectDirectory } from '../tools/provision/project';

/** cdktf-cli as npm installed it. */
const CDKTF = path.join(projectDirectory, 'node_modules/cdktf-cli/bundle/bin/cdktf');

/** Runs cdktf in the project, with this terminal as its own, and resolves with its exit code. */
export function runCdktf(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CDKTF, ...args], {
      cwd: projectDirectory,
      stdio: 'inherit',
      // Neither cdktf nor Terraform asks its publisher for news.
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    });
    // Ctrl-C reaches the child too: it decides when to end.
    const wait = (): void => undefined;
    process.on('SIGINT', wait);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', wait);
      resolve(code ?? 130);
    });
  });
}

/**
 * Whether Terraform takes providers from a directory of this machine. `cdktf deploy` then must not run `terraform
 * providers lock`, which asks the registry whatever the mirror holds.
 */
export function usesProviderMirror(): boolean {
  const configuration = process.env.TF_CLI_CONFIG_FILE ?? path.join(os.homedir(), '.terraformrc');
  if (fs.existsSync(configuration) && /filesystem_mirror|network_mirror/.test(fs.readFileSync(configuration, 'utf8')))
    return true;
  // The places that Terraform looks into by itself ("CLI configuration", implied local mirror directories).
  return [
    path.join(projectDirectory, 'terraform.d/plugins'),
    path.join(os.homedir(), '.terraform.d/plugins'),
    path.join(process.env.XDG_DATA_HOME ?? path.join(os.homedir(), '.local/share'), 'terraform/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ].some((directory) => fs.existsSync(path.join(directory, 'registry.terraform.io')));
}

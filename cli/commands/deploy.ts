import type { Command } from 'commander';
import { stackCommand } from '../stack-command';

const HELP = `
Settings are environment variables (docs/settings.md); values are Terraform variables (--var, or TF_VAR_<name>).

  TF_VAR_app_jwt_secret=... ./sandpiper deploy aws-stack --var aws_region=eu-central-1 --var domain=example.com`;

/** `sandpiper deploy`. */
export function command(): Command {
  return stackCommand('deploy', 'Deploys a stack with CDKTF.', HELP);
}

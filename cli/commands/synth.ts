import { Command, Option } from 'commander';
import { runCdktf } from '../cdktf';
import { provisionGo } from '../../tools/provision/go';

const HELP = `
Without --cloud both stacks are written. The other settings are environment variables: docs/settings.md.

  CLOUD=aws ENVIRONMENT=prod ./sandpiper synth`;

/** `sandpiper synth`: what `cdktf synth` does, with Go found or installed first. */
export function command(): Command {
  return new Command('synth')
    .description('Writes the Terraform configuration of the stacks into cdktf.out.')
    .addOption(new Option('-c, --cloud <name>', 'write the stack of one cloud only').choices(['aws', 'gcp']))
    .addHelpText('after', HELP)
    .action(async (options: { cloud?: 'aws' | 'gcp' }) => {
      await provisionGo();
      if (options.cloud !== undefined) process.env.CLOUD = options.cloud;
      process.exitCode = await runCdktf(['synth']);
    });
}

import { Argument, Command } from 'commander';
import { runCdktf, usesProviderMirror } from './cdktf';
import { provisionGo } from '../tools/provision/go';
import { provisionTerraform } from '../tools/provision/terraform';

/** The stacks of `main.ts`, and the cloud that each needs. */
const CLOUD_OF_STACK = { 'aws-stack': 'aws', 'gcp-stack': 'gcp' } as const;

type StackName = keyof typeof CLOUD_OF_STACK;

const collect = (value: string, values: readonly string[] = []): string[] => [...values, value];

/** `deploy` and `destroy`: cdktf's own commands, with Terraform and Go found or installed and the right flags. */
export function stackCommand(name: 'deploy' | 'destroy', description: string, help: string): Command {
  return new Command(name)
    .description(description)
    .addArgument(new Argument('<stack>', 'the stack').choices(Object.keys(CLOUD_OF_STACK)))
    .argument('[options...]', `options of \`cdktf ${name}\`, after --`)
    .option('--auto-approve', 'do not ask before anything is changed')
    .option('--var <name=value>', 'value of a Terraform variable; may be repeated', collect)
    .addHelpText('after', help)
    .action(async (stack: StackName, others: string[], options: { autoApprove?: true; var?: string[] }) => {
      await provisionGo();
      await provisionTerraform();
      // The other cloud's bindings need not be loaded.
      process.env.CLOUD = CLOUD_OF_STACK[stack];
      const flags = [
        ...(options.autoApprove ? ['--auto-approve'] : []),
        ...(options.var ?? []).flatMap((value) => ['--var', value]),
        ...(usesProviderMirror() ? ['--skip-provider-lock'] : []),
      ];
      process.exitCode = await runCdktf([name, stack, ...flags, ...others]);
    });
}

import { Argument, Command } from 'commander';
import { InvalidPropError } from '../../modules/props/invalid-prop';
import type { Cloud } from '../../modules/props/cloud';
import { readSettings, type Settings } from '../../stacks/settings';
import { exitCodes, Failure, wrongUsage } from '../../tools/failure';
import type { Result } from '../../tools/preflight/check';
import { formatReport, hasPassed } from '../../tools/preflight/report';
import { projectContext, synthesizeStack } from '../../tools/plan/synthesized';
import { readValues } from '../../tools/preflight/values';

const HELP = `
Takes the settings and values that a deployment would (docs/settings.md). The account is read, never written to.

  DOMAIN=example.com ./sandpiper preflight aws --var aws_region=eu-central-1

Exit code 0: nothing failed. 1: something would keep the stack from being deployed. What could not be read fails nothing.`;

const collect = (value: string, values: readonly string[] = []): string[] => [...values, value];

interface Options {
  readonly var?: readonly string[];
  readonly json?: true;
}

/** `sandpiper preflight aws|gcp`: whether an account is ready for a first deployment, and what to do where it is not. */
export function command(): Command {
  return new Command('preflight')
    .description(
      'Reads a cloud account before a first deployment: credentials, permissions, quotas, zone, certificate.',
    )
    .addArgument(new Argument('<cloud>', 'the cloud').choices(['aws', 'gcp']))
    .option('--var <name=value>', 'value of a Terraform variable, as for deploy; may be repeated', collect)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (cloud: Cloud, options: Options) => {
      const settings = settingsOf(cloud);
      const values = readValues(settings, options.var ?? [], process.env);
      const results = await look(cloud, settings, values);
      const passed = hasPassed(results);
      if (options.json) console.log(JSON.stringify({ cloud, passed, results }, null, 2));
      else console.log(formatReport(results));
      if (!passed) throw new Failure(`${cloud} is not ready for a deployment`, exitCodes.failed);
    });
}

/** Loads the one cloud's clients: the other's need not be there. */
function look(cloud: Cloud, settings: Settings, values: Readonly<Record<string, string>>): Promise<Result[]> {
  const synthesize = () => synthesizeStack(cloud);
  if (cloud === 'aws') {
    const { preflightAws } =
      require('../../tools/preflight/aws/checks') as typeof import('../../tools/preflight/aws/checks');
    return preflightAws(settings, values, synthesize);
  }
  const { preflightGcp } =
    require('../../tools/preflight/gcp/checks') as typeof import('../../tools/preflight/gcp/checks');
  return preflightGcp(settings, values, synthesize);
}

function settingsOf(cloud: Cloud): Settings {
  const context = projectContext();
  try {
    return readSettings({ env: { ...process.env, CLOUD: cloud }, context: (key) => context[key] });
  } catch (error) {
    throw error instanceof InvalidPropError ? wrongUsage(error.message) : error;
  }
}

import * as fs from 'node:fs';
import { Command } from 'commander';
import { exitCodes, Failure, wrongUsage } from '../../tools/failure';
import type { FlowReport } from '../../tools/flows/flow';
import { toMarkdown } from '../../tools/flows/markdown';
import { joined, reportFlows, runnersOf } from '../../tools/flows/report';
import { formatTable } from '../../tools/table';

interface Options {
  readonly configuration?: string;
  readonly json?: true;
  readonly markdown?: true;
}

const HELP = `
  terraform plan -out=plan.tfplan && terraform show -json plan.tfplan | ./sandpiper flows -

Run it in cdktf.out/stacks/<stack>. What a plan leaves to be known after apply is taken to be open where nothing says otherwise; its
locals are told by --configuration cdk.tf.json. Exits with 1 when a runner reaches, or may reach, what is not named. docs/flows.md
holds the flows of the stacks as they are.`;

/** `sandpiper flows`: who reaches whom in a plan, and whether a runner has a way out. */
export function command(): Command {
  return new Command('flows')
    .description('Says who reaches whom in a Terraform plan, and whether runners have a way out.')
    .argument('<plan>', 'what `terraform show -json` printed, or - to read it from the standard input')
    .option('--configuration <file>', 'the cdk.tf.json that the plan was made of')
    .option('--json', 'print JSON')
    .option('--markdown', 'print Markdown, rights included')
    .addHelpText('after', HELP)
    .action((plan: string, options: Options) => {
      const { configuration } = options;
      if (options.json && options.markdown) throw wrongUsage('--json and --markdown exclude each other');
      const reports = reportFlows(readJson(plan), configuration === undefined ? undefined : readJson(configuration));
      if (options.json) console.log(JSON.stringify(reports, null, 2));
      else console.log(reports.map(options.markdown ? toMarkdown : toText).join('\n\n'));
      if (reports.some(({ openings }) => openings.length > 0)) process.exitCode = exitCodes.failed;
    });
}

function readJson(file: string): unknown {
  const name = file === '-' ? 'the standard input' : file;
  const text = readText(file, name);
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${name} is no JSON: a plan file is binary, \`terraform show -json <plan file>\` prints it`);
  }
}

function readText(file: string, name: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Failure(`${name} cannot be read: ${(error as Error).message}`);
  }
}

function toText(report: FlowReport): string {
  const rows = joined(report.flows).map(({ from, to, ports, limit }) => [from.name, to.name, ports, limit ?? '']);
  const { openings, remains } = report;
  const verdict =
    runnersOf(report).length === 0
      ? 'The plan has no runners.'
      : openings.length === 0
        ? 'Runners reach what is named above, and nothing else.'
        : `Runners have ways out:\n  ${openings.map(({ address, problem }) => `${address} ${problem}`).join('\n  ')}`;
  const rest = remains.length === 0 ? '' : `\n\nWhat no rule closes:\n  ${remains.join('\n  ')}`;
  return `${formatTable([report.cloud, 'to', 'port', 'limited by'], rows)}\n\n${verdict}${rest}`;
}

import { Command, CommanderError } from 'commander';
import { commands, loadCommand } from './commands';
import { exitCodes } from '../tools/failure';

const AFTER_HELP = `
Each command tells more with --help.

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 a program is missing on this machine.
SANDPIPER_DEBUG=1 shows where an error came from.`;

/** Runs the command line and leaves the exit code in `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program(argv[0]).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** The program with the asked-for command loaded; of the others, it knows the names. */
function program(asked: string | undefined): Command {
  const root = new Command('sandpiper')
    .description('Deploys services behind TLS on AWS, on GCP or on this machine.')
    .usage('<command> [options]')
    .addHelpText('after', AFTER_HELP)
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'sandpiper: ')) })
    .exitOverride();
  for (const entry of commands) {
    if (entry.name === asked) root.addCommand(inherit(root, loadCommand(entry)));
    else root.command(entry.name).description(entry.summary);
  }
  return asked === undefined ? root.action(() => root.outputHelp()) : root;
}

/** Has a command and its subcommands report errors the way the program does. */
function inherit(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent);
  command.commands.forEach((subcommand) => inherit(command, subcommand));
  return command;
}

/** Prints an error as one line and returns the exit code it stands for. */
function report(error: unknown): number {
  // Commander has printed its error already; help and version are none.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUsage;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(process.env.SANDPIPER_DEBUG === '1' ? stack : `sandpiper: ${message}`);
  const { exitCode } = error as { readonly exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : exitCodes.failed;
}

import type { Command } from 'commander';

/** A command of `sandpiper`: `cli/commands/<name>.ts` exports `command()`, and is loaded only when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
}

/** Every command, in the order of the list. */
export const commands: readonly CommandEntry[] = [
  { name: 'up', summary: 'serve the application over TLS on this machine' },
  { name: 'run', summary: 'run a program in a sandbox' },
  { name: 'languages', summary: 'list the languages that this machine can run' },
  { name: 'dlq', summary: 'look at jobs that were put aside, retry or drop them' },
  { name: 'images', summary: 'build the root file systems that jobs run in' },
  { name: 'flows', summary: 'say who reaches whom in a Terraform plan' },
  { name: 'verify', summary: 'check a deployed service from outside' },
  { name: 'cert', summary: 'put a self-signed certificate into a cloud' },
  { name: 'build', summary: 'build what the stacks deploy and print its SHA-256' },
  { name: 'bootstrap', summary: 'make the bucket that the playground’s machines boot from' },
  { name: 'push', summary: 'put what was built into that bucket' },
  { name: 'synth', summary: 'write the Terraform configuration of the stacks' },
  { name: 'preflight', summary: 'read a cloud account before a first deployment' },
  { name: 'deploy', summary: 'deploy stacks with CDKTF' },
  { name: 'destroy', summary: 'destroy deployed stacks' },
  { name: 'test', summary: 'run the tests' },
  { name: 'diagram', summary: 'draw the architecture of the stacks' },
  { name: 'doctor', summary: 'say what is missing on this machine' },
];

/** Loads a command. */
export function loadCommand(entry: CommandEntry): Command {
  const loaded = require(`./commands/${entry.name}`) as { command: () => Command };
  return loaded.command().summary(entry.summary);
}

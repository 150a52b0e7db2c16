import type { Command } from 'commander';
import { stackCommand } from '../stack-command';

const HELP = `
Deletion protection is on by default. Deploy once with DELETION_PROTECTION=false, then destroy.`;

/** `sandpiper destroy`. */
export function command(): Command {
  return stackCommand('destroy', 'Destroys what a stack deployed.', HELP);
}

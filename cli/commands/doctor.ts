import { Command } from 'commander';
import type { Check, Finding } from '../../tools/provision/doctor/check';
import { checks } from '../../tools/provision/doctor/checks';
import { exitCodes } from '../../tools/failure';
import { formatTable } from '../../tools/table';

const HELP = `
Nothing is changed. Exits with 3 when something is missing.`;

/** `sandpiper doctor`: what this machine has, what it lacks, and the fix for each. */
export function command(): Command {
  return new Command('doctor')
    .description('Says what is missing on this machine, and how to mend it.')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (options: { json?: true }) => {
      const findings: (Pick<Check, 'name' | 'neededBy'> & Finding)[] = [];
      for (const { name, neededBy, look } of checks) findings.push({ name, neededBy, ...(await look()) });
      if (options.json) console.log(JSON.stringify(findings, null, 2));
      else console.log(report(findings));
      if (findings.some(({ state }) => state === 'missing')) process.exitCode = exitCodes.missingTool;
    });
}

function report(findings: readonly (Pick<Check, 'name' | 'neededBy'> & Finding)[]): string {
  const rows = findings.map(({ name, state, neededBy, found }) => [state, name, neededBy, found]);
  const fixes = findings.flatMap(({ name, fix }) => (fix === undefined ? [] : [`${name}: ${fix}`]));
  const table = formatTable(['', 'what', 'needed by', 'found'], rows);
  return fixes.length === 0 ? `${table}\n\nNothing is missing.` : `${table}\n\nTo mend it:\n  ${fixes.join('\n  ')}`;
}

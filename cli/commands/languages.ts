import { Command } from 'commander';
import { probeHost } from '../../services/languages/host-toolchains';
import { formatTable } from '../table';
import { toolchainsDirectory } from '../provision/toolchains';
import { catalogue } from '../run/local-runner';

/** `sandpiper languages`: what this machine can run, and what it lacks for the rest. */
export function command(): Command {
  return new Command('languages')
    .description('Lists the languages that this machine can run.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { present, absent } = await probeHost(catalogue(), toolchainsDirectory());
      if (json) {
        const rows = present.map(({ language, exactVersion }) => ({
          language: language.id,
          version: exactVersion,
          name: language.name,
          aliases: language.aliases,
        }));
        console.log(JSON.stringify(rows, null, 2));
        return;
      }
      const rows = present.map(({ language, exactVersion }) => [
        language.id,
        exactVersion,
        language.aliases.join(', '),
      ]);
      console.log(formatTable(['language', 'version', 'also called'], rows));
      if (absent.length === 0) return;
      const missing = absent.map(({ language, version }) => `${language.id} ${version.version}`).join(', ');
      console.log(`\nNot on this machine: ${missing}. \`./sandpiper run\` installs what a program needs.`);
    });
}

import { Command } from 'commander';
import { writeOfferedFile } from '../../services/languages/offered-file';
import { formatTable } from '../table';
import { probedHost } from '../run/present-versions';

interface Options {
  readonly json?: boolean;
  readonly save?: string;
  readonly refresh?: boolean;
}

/** `sandpiper languages`: what this machine can run, and what it lacks for the rest. */
export function command(): Command {
  return new Command('languages')
    .description('Lists the languages that this machine can run.')
    .option('--json', 'print JSON')
    .option('--save <file>', 'write what gateways and runners read as SANDPIPER_LANGUAGES')
    .option('--refresh', 'ask the toolchains again, though no package has changed')
    .action(async ({ json, save, refresh }: Options) => {
      const { present, absent } = await probedHost(refresh);
      if (save !== undefined) return writeOfferedFile(save, present);
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

import { Command } from 'commander';
import { writeOfferedFile } from '../../services/languages/offered-file';
import type { PresentVersion } from '../../services/languages/host-toolchains';
import { builtHere, withBuilt } from '../../tools/artifacts/images/built';
import type { BuiltVersion } from '../../services/languages/built-versions';
import { catalogue } from '../../tools/provision/catalogue';
import { formatTable } from '../../tools/table';
import { probedHost } from '../../tools/local-runner/present-versions';

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
      const all = withBuilt(present, builtHere(catalogue()));
      if (json) {
        const rows = all.map((entry) => ({
          language: entry.language.id,
          version: entry.exactVersion,
          name: entry.language.name,
          aliases: entry.language.aliases,
          image: imageOf(entry),
        }));
        console.log(JSON.stringify(rows, null, 2));
        return;
      }
      const rows = all.map((entry) => [
        entry.language.id,
        entry.exactVersion,
        imageOf(entry)?.slice(0, 12) ?? '',
        entry.language.aliases.join(', '),
      ]);
      console.log(formatTable(['language', 'version', 'image', 'also called'], rows));
      const nowhere = absent.filter(({ version }) => !all.some((entry) => entry.version === version));
      if (nowhere.length === 0) return;
      const missing = nowhere.map(({ language, version }) => `${language.id} ${version.version}`).join(', ');
      console.log(`\nNot on this machine: ${missing}. \`./sandpiper run\` installs what a program needs.`);
    });
}

/** SHA-256 of the built image that a version is there as; undefined for a toolchain of this machine. */
function imageOf(entry: PresentVersion | BuiltVersion): string | undefined {
  return 'manifest' in entry ? entry.manifest.sha256 : undefined;
}

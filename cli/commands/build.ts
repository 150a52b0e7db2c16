import * as path from 'node:path';
import { Command, Option } from 'commander';
import { buildGoPrograms, goPrograms, sha256, type GoTarget } from '../build/go-programs';
import { buildPage } from '../build/page';
import { provisionGo } from '../provision/go';
import { projectDirectory } from '../provision/project';
import { tell } from '../provision/progress';
import { formatTable } from '../table';

const HELP = `
The programs are reproducible: the same sources and the same Go give the same SHA-256 on every machine.
Nothing is built that is already there.`;

/** `sandpiper build`: the programs that the stacks deploy, and the page. TypeScript is compiled by the launcher, before any command. */
export function command(): Command {
  return new Command('build')
    .description('Builds the programs that the stacks deploy and prints the SHA-256 of each, and the playground page.')
    .addOption(
      new Option('-a, --architecture <name>', 'of the machines they run on')
        .choices(['x64', 'arm64', 'host', 'all'])
        .default('all'),
    )
    .addHelpText('after', HELP)
    .action(async (options: { architecture: 'x64' | 'arm64' | 'host' | 'all' }) => {
      await provisionGo();
      // One by one, so that progress is told between two.
      const built = goPrograms.flatMap((program) => {
        return targetsOf(options.architecture).flatMap((target) => {
          const results = buildGoPrograms([target], [program]);
          for (const { isNew } of results) if (isNew) tell(`built ${program} for ${target}`);
          return results;
        });
      });
      const page = buildPage();
      if (page.isNew) tell(`built the playground page in ${path.relative(projectDirectory, page.directory)}`);
      const rows = built.map(({ file }) => [sha256(file), path.relative(projectDirectory, file)]);
      console.log(formatTable(['SHA-256', 'file'], rows));
    });
}

function targetsOf(architecture: 'x64' | 'arm64' | 'host' | 'all'): GoTarget[] {
  if (architecture === 'all') return ['linux-x64', 'linux-arm64', 'host'];
  return architecture === 'host' ? ['host'] : [`linux-${architecture}`];
}

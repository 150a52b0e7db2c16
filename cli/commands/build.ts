import * as path from 'node:path';
import { Command, Option } from 'commander';
import { provideGoPrograms, sha256, type GoTarget } from '../../tools/artifacts/build/go-programs';
import { buildPage } from '../../tools/artifacts/build/page';
import { publishPrograms } from '../../tools/artifacts/build/pushed-programs';
import { provisionGo } from '../../tools/provision/go';
import { projectDirectory } from '../../tools/provision/project';
import { wrongUsage } from '../../tools/failure';
import { formatTable } from '../../tools/table';

const HELP = `
The programs are reproducible: the same sources and the same Go give the same SHA-256 on every machine.
Nothing is built that is already there.

Programs for machines in the clouds lie in dist/artifacts/programs too, by their content, with a manifest of the architectures that were
built: there \`push\` takes them from, and the stacks with ARTIFACTS=pushed their names. Neither needs --playground.

--playground writes dist/artifacts/linux-x64: the archives of gateway and runner, the images of the languages, and the manifest
that the stacks read (PLAYGROUND=true). A language of --images that is not built is built first: from its registry where
languages/images.lock.json has its digest, of Debian's and npm's packages otherwise (which needs root).`;

interface Options {
  readonly architecture: 'x64' | 'arm64' | 'host' | 'all';
  readonly playground?: boolean;
  readonly images?: string;
}

/** `sandpiper build`: the programs that the stacks deploy, and the page. TypeScript is compiled by the launcher, before any command. */
export function command(): Command {
  return new Command('build')
    .description('Builds the programs that the stacks deploy and prints the SHA-256 of each, and the playground page.')
    .addOption(
      new Option('-a, --architecture <name>', 'of the machines they run on')
        .choices(['x64', 'arm64', 'host', 'all'])
        .default('all'),
    )
    .option('--playground', 'also what the machines of the playground run (x64)')
    .option(
      '--images <names>',
      'with it: languages by commas, such as python,lua@5.3; built: all that are built (default)',
    )
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      if (options.images !== undefined && !options.playground) throw wrongUsage('--images: only with --playground');
      // First, for it may be refused: images are chosen, and some may have to be built.
      const playground = options.playground ? await playgroundRows(options.images) : [];
      await provisionGo();
      const built = await provideGoPrograms(targetsOf(options.architecture));
      publishPrograms(built);
      await buildPage();
      const rows = built.map(({ file }) => [sha256(file), path.relative(projectDirectory, file)]);
      console.log(formatTable(['SHA-256', 'file'], [...rows, ...playground]));
    });
}

/** Builds what the playground's machines run. @returns a row for each object, with its size */
async function playgroundRows(images?: string): Promise<string[][]> {
  // Loaded only here: esbuild, the catalogue and the images are not needed for the rest.
  const { buildPlayground } =
    require('../../tools/artifacts/build/playground/playground') as typeof import('../../tools/artifacts/build/playground/playground');
  const { manifest, file } = await buildPlayground(images ?? 'built');
  const directory = path.relative(projectDirectory, path.dirname(file));
  const named = [
    { ...manifest.gateway, what: '' },
    { ...manifest.runner, what: '' },
    ...manifest.images.map((image) => ({ ...image, what: `${image.language} ${image.exactVersion}, ` })),
  ];
  return named.map(({ sha256: sum, key, bytes, what }) => {
    return [sum, `${path.join(directory, key)} (${what}${(bytes / 1e6).toFixed(1)} MB)`];
  });
}

function targetsOf(architecture: 'x64' | 'arm64' | 'host' | 'all'): GoTarget[] {
  if (architecture === 'all') return ['linux-x64', 'linux-arm64', 'host'];
  return architecture === 'host' ? ['host'] : [`linux-${architecture}`];
}

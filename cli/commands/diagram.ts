import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { provideGoPrograms } from '../../tools/artifacts/build/go-programs';
import { drawnStack } from '../../tools/diagram/drawn-stacks';
import { drawPictures, formats, pictureNames, type Format, type PictureName } from '../../tools/diagram/pictures';
import { Failure } from '../../tools/failure';
import { provisionGo } from '../../tools/provision/go';
import { projectDirectory } from '../../tools/provision/project';

const HELP = `
Draws the stacks as their construct trees say, with default settings and the playground. docs/architecture.md shows them.

  ./sandpiper diagram                                  # all of docs/diagrams, anew
  ./sandpiper diagram --check                          # which of them are stale?
  ./sandpiper diagram --stack aws-stack --format svg --out /tmp`;

interface Options {
  readonly stack?: PictureName;
  readonly format?: Format;
  readonly out: string;
  readonly check?: true;
}

/** `sandpiper diagram`: pictures of the architecture. */
export function command(): Command {
  return new Command('diagram')
    .description('Draws the architecture of the stacks, from their construct trees, as SVG and Mermaid.')
    .addOption(
      new Option('-s, --stack <name>', 'draw this one; playground: what both clouds have in common').choices(
        pictureNames,
      ),
    )
    .addOption(new Option('-f, --format <name>', 'draw in this format only').choices(Object.keys(formats)))
    .addOption(
      new Option('-o, --out <directory>', 'where the pictures are').default(
        path.join(projectDirectory, 'docs/diagrams'),
        'docs/diagrams',
      ),
    )
    .option('--check', 'write nothing; fail when a picture there is not what would be drawn')
    .addHelpText('after', HELP)
    .action(async ({ stack, format, out, check }: Options) => {
      // The stacks name programs of this project by their hash.
      await provisionGo();
      await provideGoPrograms(['linux-x64']);
      const pictures = drawPictures(
        stack === undefined ? pictureNames : [stack],
        format === undefined ? (Object.keys(formats) as Format[]) : [format],
        drawnStack,
      );
      const files = pictures.map(({ file, content }) => ({ file: path.join(out, file), content }));
      if (check) return checkAll(files);
      writeAll(files, out);
    });
}

function checkAll(files: readonly { readonly file: string; readonly content: string }[]): void {
  const stale = files.filter(({ file, content }) => read(file) !== content).map(({ file }) => shown(file));
  if (stale.length > 0) throw new Failure(`stale: ${stale.join(', ')}; ./sandpiper diagram draws them anew`);
  console.log(`${files.map(({ file }) => shown(file)).join(', ')}: current`);
}

function writeAll(files: readonly { readonly file: string; readonly content: string }[], directory: string): void {
  try {
    fs.mkdirSync(directory, { recursive: true });
    for (const { file, content } of files) {
      const isCurrent = read(file) === content;
      if (!isCurrent) fs.writeFileSync(file, content);
      console.log(`${shown(file)}${isCurrent ? ': current' : ''}`);
    }
  } catch (error) {
    throw new Failure(`--out ${directory}: ${(error as Error).message}`);
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const shown = (file: string): string => path.relative(process.cwd(), file);

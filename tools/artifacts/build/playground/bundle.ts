import * as path from 'node:path';
import { buildSync, type BuildFailure } from 'esbuild';
import { Failure } from '../../../failure';
import { pinned } from '../../../provision/pinned';
import { projectDirectory } from '../../../provision/project';

/**
 * Writes a service's program and all that it loads as one file. Classes and functions keep their names, which libraries read
 * (and people, in a stack); the paths of the build are not in it.
 *
 * @throws Failure with esbuild's own words
 */
export function bundleProgram(entry: string, file: string): void {
  try {
    buildSync({
      absWorkingDir: projectDirectory,
      entryPoints: [path.join('services', entry, 'main.ts')],
      outfile: file,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: `node${pinned.node}`,
      minify: true,
      keepNames: true,
      legalComments: 'none',
      logLevel: 'silent',
    });
  } catch (error) {
    const problems = (error as BuildFailure).errors?.map(({ text, location }) => `${location?.file ?? ''}: ${text}`);
    throw new Failure(`services/${entry} cannot be bundled:\n${problems?.join('\n') ?? (error as Error).message}`);
  }
}

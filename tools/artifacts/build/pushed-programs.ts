import * as fs from 'node:fs';
import * as path from 'node:path';
import { ARCHITECTURES } from '../../../contracts/names';
import type { PushedObject } from '../../../contracts/artifact-manifest';
import { programObjectsOf, type ProgramManifest, type PushedPrograms } from '../../../modules/machine/program-manifest';
import type { Architecture } from '../../../modules/machine/artifact';
import { projectDirectory } from '../../provision/project';
import { sha256, type BuiltProgram } from './go-programs';
import { ObjectDirectory } from './objects';

/** Where the Go programs of the machines lie by their content, and the manifest that names them; `stacks/artifacts.ts` reads it. */
export const programsDirectory = path.join(projectDirectory, 'dist/artifacts/programs');

/**
 * Puts built programs where `./sandpiper push` takes them from. Programs for this machine alone are left out.
 *
 * @returns the manifest's path; undefined when nothing was built for a machine in the clouds, and what was there stays
 */
export function publishPrograms(built: readonly BuiltProgram[], directory = programsDirectory): string | undefined {
  const architectures = ARCHITECTURES.filter((each) => built.some(({ target }) => target === `linux-${each}`));
  if (architectures.length === 0) return undefined;
  const objects = ObjectDirectory.open(directory);
  try {
    const add = (program: string, architecture: Architecture): PushedObject => {
      const { file } = built.find((each) => each.program === program && each.target === `linux-${architecture}`)!;
      const sum = sha256(file);
      const object = { key: `${program}/${sum}`, sha256: sum, bytes: fs.statSync(file).size };
      objects.add(object.key, file);
      return object;
    };
    const programs: Partial<Record<Architecture, PushedPrograms>> = {};
    for (const each of architectures) {
      programs[each] = { userApi: add('user-api', each), hostAgent: add('host-agent', each) };
    }
    const manifest: ProgramManifest = { schemaVersion: 1, programs };
    return objects.publish(manifest, programObjectsOf(manifest));
  } finally {
    objects.close();
  }
}

import * as fs from 'node:fs';
import * as path from 'node:path';
import { readArtifactManifest, type ArtifactManifest } from '../contracts/artifact-manifest';
import { programsOf, readProgramManifest, type PushedPrograms } from '../modules/machine/program-manifest';
import type { Architecture } from '../modules/machine/artifact';

/** A program that a stack deploys was never built. */
export class MissingProgramError extends Error {
  constructor(program: string, file: string) {
    super(`${program}: ${file} does not exist; build it with \`./sandpiper build\``);
    this.name = 'MissingProgramError';
  }
}

/** Path of a built program of this project. @throws MissingProgramError when it was never built */
export function programPath(program: string, architecture: Architecture): string {
  const file = path.join(projectRoot(), 'dist', 'bin', `linux-${architecture}`, program);
  if (!fs.existsSync(file)) throw new MissingProgramError(program, path.relative(process.cwd(), file));
  return file;
}

/** What was built of the playground; machines fetch it from the bootstrap bucket. @throws InvalidArtifactManifestError when it never was */
export function playgroundArtifacts(): ArtifactManifest {
  return readArtifactManifest(path.join(projectRoot(), 'dist', 'artifacts', 'linux-x64', 'manifest.json'));
}

/** What `./sandpiper build` built last for an architecture; machines fetch it from the bootstrap bucket. @throws InvalidArtifactManifestError when it never was */
export function pushedPrograms(architecture: Architecture): PushedPrograms {
  const file = path.join(projectRoot(), 'dist', 'artifacts', 'programs', 'manifest.json');
  return programsOf(readProgramManifest(file), architecture, file);
}

/** The directory of package.json, seen from the sources (`stacks/`) as well as from the compiled output (`dist/stacks/`). */
function projectRoot(): string {
  const parent = path.dirname(__dirname);
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
}

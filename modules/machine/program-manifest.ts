import { ARCHITECTURES } from '../../contracts/names';
import type { Architecture } from './artifact';
import {
  InvalidArtifactManifestError,
  isPushedObject,
  readManifest,
  type PushedObject,
} from '../../contracts/artifact-manifest';

/** The Go programs of one architecture, as objects of the bootstrap bucket: each one executable file. */
export interface PushedPrograms {
  readonly userApi: PushedObject;
  readonly hostAgent: PushedObject;
}

/** What lies in the bootstrap bucket for any machine, where the stacks are not to upload it (`ARTIFACTS=pushed`). */
export interface ProgramManifest {
  readonly schemaVersion: 1;
  /** Of each architecture that was built last. */
  readonly programs: Readonly<Partial<Record<Architecture, PushedPrograms>>>;
}

const BUILD = './sandpiper build';

/** @throws InvalidArtifactManifestError naming the file, what is wrong with it, and the line that writes it */
export function readProgramManifest(file: string): ProgramManifest {
  const value = readManifest<ProgramManifest>(file, BUILD);
  const refuse = (reason: string): never => {
    throw new InvalidArtifactManifestError(file, reason, BUILD);
  };
  if (value.schemaVersion !== 1) refuse(`schemaVersion is ${JSON.stringify(value.schemaVersion)}, not 1`);
  const { programs } = value as ProgramManifest;
  if (typeof programs !== 'object' || programs === null) refuse('programs is no object');
  for (const [architecture, built] of Object.entries(programs)) {
    if (!ARCHITECTURES.includes(architecture as Architecture)) refuse(`programs.${architecture} is no architecture`);
    for (const name of ['userApi', 'hostAgent'] as const) {
      if (!isPushedObject(built?.[name])) {
        refuse(`programs.${architecture}.${name} has no key that holds its SHA-256, or no size`);
      }
    }
  }
  return value as ProgramManifest;
}

/** The programs of one architecture. @throws InvalidArtifactManifestError when they were not built */
export function programsOf(manifest: ProgramManifest, architecture: Architecture, file: string): PushedPrograms {
  const programs = manifest.programs[architecture];
  if (programs === undefined)
    throw new InvalidArtifactManifestError(file, `names no program for ${architecture}`, BUILD);
  return programs;
}

/** Every object that the manifest names. */
export function programObjectsOf({ programs }: ProgramManifest): readonly PushedObject[] {
  return Object.values(programs).flatMap(({ userApi, hostAgent }) => [userApi, hostAgent]);
}

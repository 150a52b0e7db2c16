import * as path from 'node:path';
import { missingTool } from '../failure';
import { provisionDebian } from './debian';
import { findExecutable } from './executable';
import { sandboxPrograms, type SandboxPrograms } from '../../services/sandbox/programs';
import { projectDirectory } from './project';

/** The sandbox's programs for this machine; compiles what is stale. @throws Error as {@link sandboxPrograms} */
export function localSandboxPrograms(): SandboxPrograms {
  return sandboxPrograms(path.join(projectDirectory, 'dist/bin/host'), path.join(projectDirectory, 'services/sandbox'));
}

/**
 * The same; where this machine cannot compile them, what compiles them is installed first. A machine that has a compiler is not asked
 * where from.
 *
 * @throws Failure with the line to run, when it may not be installed, Error with the compiler's own words
 */
export async function provideSandboxPrograms(): Promise<SandboxPrograms> {
  try {
    return localSandboxPrograms();
  } catch {
    await provisionDebian(['compiler']);
    return localSandboxPrograms();
  }
}

/** Path of crun, which is installed where it is absent. @throws Failure with the line to run, when it may not be installed */
export async function provideCrun(): Promise<string> {
  if (findExecutable('crun') === undefined) await provisionDebian(['crun']);
  const program = findExecutable('crun');
  if (program === undefined) throw missingTool('needs crun, a container runtime: not on PATH');
  return program;
}

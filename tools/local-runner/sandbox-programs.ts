import * as fs from 'node:fs';
import * as path from 'node:path';
import { sandboxPrograms, type SandboxPrograms } from '../../services/sandbox/programs';
import { projectDirectory } from '../provision/project';

/** The sandbox's programs for this machine; compiles what is stale. @throws Error as {@link sandboxPrograms} */
export function localSandboxPrograms(): SandboxPrograms {
  return sandboxPrograms(path.join(projectDirectory, 'dist/bin/host'), path.join(projectDirectory, 'services/sandbox'));
}

/** Whether they are compiled already, if not for the present sources. */
export function hasSandboxPrograms(): boolean {
  return ['init', 'launcher', 'stdio'].every((name) =>
    fs.existsSync(path.join(projectDirectory, `dist/bin/host/sandbox-${name}`)),
  );
}

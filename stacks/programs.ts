import type { HostAgents } from '../modules/machine/host-agents';
import { binary, pushedBinary, type Artifact } from '../modules/machine/artifact';
import { USER_API } from './application';
import { programPath, pushedPrograms } from './artifacts';
import type { Settings } from './settings';

/** The user API: uploaded with the stack, or pushed ahead of it. @throws MissingProgramError or InvalidArtifactManifestError when it was never built */
export function userApiProgram({ artifacts, architecture }: Settings): Artifact {
  return artifacts === 'pushed'
    ? pushedBinary(pushedPrograms(architecture).userApi)
    : binary(programPath(USER_API, architecture));
}

/** The host agents of all machines where they were pushed; undefined: the modules upload theirs. @throws InvalidArtifactManifestError when one was never built */
export function hostAgents({ artifacts, architecture, playground }: Settings): HostAgents | undefined {
  if (artifacts !== 'pushed') return undefined;
  return {
    [architecture]: pushedPrograms(architecture).hostAgent,
    // The playground's machines are of one architecture, whatever the others are.
    ...(playground ? { x64: pushedPrograms('x64').hostAgent } : {}),
  };
}

import { findTerraform, terraformVersion } from '../terraform';
import { MINIMUM_TERRAFORM, pinned } from '../pinned';
import type { Check } from './check';

/** Plans and applies what the stacks describe. */
export const terraform: Check = {
  name: 'Terraform',
  neededBy: 'deploy, destroy, test',
  look: () => {
    const file = findTerraform();
    if (file !== undefined) return { state: 'ok', found: `${terraformVersion(file)}, ${file}` };
    return {
      state: 'missing',
      found: `no Terraform ${MINIMUM_TERRAFORM} or newer on PATH`,
      fix: `./sandpiper deploy fetches ${pinned.terraform}, or put one on PATH`,
    };
  },
};

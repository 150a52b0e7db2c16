import { isDebian, missingDebianPackages } from '../debian';
import type { Check } from './check';

/** Boots machines in the tests. */
export const bootTools: Check = {
  name: 'machine boot',
  neededBy: 'test',
  look: () => {
    const missing = missingDebianPackages(['boot']);
    if (missing.length === 0) return { state: 'ok', found: 'systemd-nspawn and mmdebstrap' };
    if (!isDebian()) return { state: 'missing', found: 'not a Debian', fix: 'run ./sandpiper test on Debian 12' };
    const fix = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    return { state: 'missing', found: `without ${missing.join(', ')}`, fix };
  },
};

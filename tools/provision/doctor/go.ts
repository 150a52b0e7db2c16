import { spawnSync } from 'node:child_process';
import { findGo } from '../go';
import type { Check } from './check';

/** Builds the programs that run on the machines. */
export const go: Check = {
  name: 'Go',
  neededBy: 'up, build, synth, deploy, test',
  look: () => {
    const file = findGo();
    if (file === undefined) {
      return {
        state: 'missing',
        found: 'no Go 1.21 or newer on PATH',
        fix: './sandpiper build (installs it from Debian), or https://go.dev/dl',
      };
    }
    const version = spawnSync(file, ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout.trim();
    return { state: 'ok', found: `${version.replace('go', '')}, ${file}` };
  },
};

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Runtime } from './runtime';

/** The seccomp filter as crun compiled it for the first sandbox. */
export interface CompiledSeccomp {
  /** Base64; undefined until a sandbox of this runner has started, and where crun does not take it back. */
  readonly compiled: string | undefined;
  /** Looks at what crun keeps of a sandbox that runs. */
  learn(id: string): void;
  /** A sandbox that was given it did not start. @returns whether none ever did: then it is given to no other */
  distrust(): boolean;
  /** A sandbox that was given it has started. */
  trust(): void;
}

/**
 * All sandboxes have one filter, and to read and compile it takes a tenth of the processor time of a cold start. crun keeps
 * what it compiled beside the state of each container; later sandboxes are given that, and a profile that allows nothing. A
 * crun that does not know the annotation starts no sandbox with that, and is given the whole profile again.
 */
export function rememberSeccomp(runtime: Runtime, stateDirectory: string): CompiledSeccomp {
  let compiled: string | undefined;
  let isProven = false;
  let isRefused = false;
  return {
    get compiled() {
      return compiled;
    },
    learn: (id) => {
      if (compiled !== undefined || isRefused || runtime.name !== 'crun') return;
      try {
        const filter = fs.readFileSync(path.join(stateDirectory, runtime.name, id, 'seccomp.bpf'));
        if (filter.length > 0 && filter.length % BYTES_OF_AN_INSTRUCTION === 0) compiled = filter.toString('base64');
      } catch {
        // This crun keeps none.
      }
    },
    distrust: () => {
      if (isProven) return false;
      isRefused = true;
      compiled = undefined;
      return true;
    },
    trust: () => {
      isProven = true;
    },
  };
}

/** `struct sock_filter`. */
const BYTES_OF_AN_INSTRUCTION = 8;

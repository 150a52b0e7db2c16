import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Runtime } from './runtime';

/** The seccomp filter as crun compiled it for the first sandbox. */
export interface CompiledSeccomp {
  /** Base64; undefined until a sandbox of this runner has started. */
  readonly compiled: string | undefined;
  /** Looks at what crun keeps of a sandbox that runs. */
  learn(id: string): void;
}

/**
 * All sandboxes have one filter, and to compile it takes a tenth of the processor time of a cold start. crun keeps what it
 * compiled beside the state of each container; later sandboxes are given that. The profile stays in their bundles: a crun that does not
 * know the annotation compiles it as before.
 */
export function rememberSeccomp(runtime: Runtime, stateDirectory: string): CompiledSeccomp {
  let compiled: string | undefined;
  return {
    get compiled() {
      return compiled;
    },
    learn: (id) => {
      if (compiled !== undefined || runtime.name !== 'crun') return;
      try {
        const filter = fs.readFileSync(path.join(stateDirectory, runtime.name, id, 'seccomp.bpf'));
        if (filter.length > 0 && filter.length % BYTES_OF_AN_INSTRUCTION === 0) compiled = filter.toString('base64');
      } catch {
        // This crun keeps none.
      }
    },
  };
}

/** `struct sock_filter`. */
const BYTES_OF_AN_INSTRUCTION = 8;

import * as path from 'node:path';
import { projectDirectory } from '../provision/project';
import type { Deadline } from './deadline';
import { goModules } from './go';
import { runGroup } from './process-group';
import { baseOfBranch, RELEASE_NOTES, synthDiff } from './synth-diff';

/** A check that is no test: it passes or fails as a whole, and prints what is wrong. */
export interface StaticCheck {
  readonly name: string;
  readonly run: (deadline: Deadline) => Promise<boolean>;
}

/**
 * Types, lint and format of the TypeScript, `go vet`, and what became of the synthesized stacks since a commit.
 *
 * @param base the commit that the stacks are compared with. @default - where this branch left `main`
 */
export const staticChecks = (base = baseOfBranch()): readonly StaticCheck[] => [
  npmCheck('types', 'typescript/bin/tsc', ['--noEmit', '-p', '.']),
  npmCheck('types of the page', 'typescript/bin/tsc', ['--noEmit', '-p', 'web']),
  npmCheck('eslint', 'eslint/bin/eslint.js', ['--max-warnings=0', '--cache', '--cache-location', 'dist/.eslint', '.']),
  npmCheck('prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  {
    name: 'go vet',
    run: async (deadline) => {
      let isClean = true;
      for (const directory of goModules()) {
        const cwd = path.join(projectDirectory, directory);
        const { exitCode } = await runGroup(['go', 'vet', './...'], { deadline, cwd });
        isClean &&= exitCode === 0;
      }
      return isClean;
    },
  },
  ...(base === undefined ? [] : [{ name: `the stacks since ${base.slice(0, 12)}`, run: () => checkStacks(base) }]),
];

/** Stacks may change what they synthesize only where the release notes say so. */
async function checkStacks(base: string): Promise<boolean> {
  const { differences, isInReleaseNotes } = await synthDiff(base);
  if (differences.length === 0) return true;
  console.log(differences.join('\n'));
  if (!isInReleaseNotes)
    console.log(`The synthesized stacks change: tell in ${RELEASE_NOTES} what that does to what is deployed.`);
  return isInReleaseNotes;
}

function npmCheck(name: string, script: string, args: readonly string[]): StaticCheck {
  const file = path.join(projectDirectory, 'node_modules', script);
  return {
    name,
    run: async (deadline) => (await runGroup([process.execPath, file, ...args], { deadline })).exitCode === 0,
  };
}

// node .ci/check-imports.mjs [directory]: whether the imports below a directory (this project) keep the rules of
// dependency-cruiser.cjs. Prints one line per violation.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const { forbidden, options } = createRequire(import.meta.url)('./dependency-cruiser.cjs');

const ROOTS = ['main.ts', 'contracts', 'modules', 'stacks', 'services', 'tools', 'cli', 'bench', 'web', '__tests__'];

/** dependency-cruiser sees no TypeScript, and so no violation, where it does not find the compiler beside it. */
const FEWEST_MODULES = 400;

const directory = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
process.chdir(directory);
const roots = ROOTS.filter((root) => fs.existsSync(root));
const { output } = await cruise(
  roots,
  { ...options, ruleSet: { forbidden }, validate: true },
  {},
  { tsConfig: extractTSConfig(options.tsConfig.fileName) },
);
const { violations, totalCruised } = output.summary;

const comments = new Map(forbidden.map(({ name, comment }) => [name, comment]));
const problems = violations.map(({ rule, from, to, cycle }) => {
  const trail = cycle === undefined ? [to] : cycle.map(({ name }) => name);
  return `${rule.name}: ${[from, ...trail].join(' -> ')}: ${comments.get(rule.name)}`;
});
if (totalCruised < FEWEST_MODULES)
  problems.push(
    `only ${totalCruised} modules were seen, and ${FEWEST_MODULES} are expected: run npm ci, and look at ROOTS in .ci/check-imports.mjs.`,
  );

for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

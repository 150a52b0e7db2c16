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

/** Circles and imports that are being removed: this list only shrinks. */
const KNOWN = new Set([
  'no-folder-circles: tools/artifacts/build -> tools/artifacts/images',
  'no-folder-circles: tools/artifacts/build -> tools/local-runner',
  'no-folder-circles: tools/artifacts/build -> tools/provision',
  'no-folder-circles: tools/artifacts/images -> tools/local-runner',
  'no-folder-circles: tools/artifacts/images -> tools/provision',
  'no-folder-circles: tools/local-runner -> tools/artifacts/build',
  'no-folder-circles: tools/local-runner -> tools/provision',
  'no-folder-circles: tools/plan -> tools/preflight',
  'no-folder-circles: tools/preflight -> tools/plan',
  'no-folder-circles: tools/provision -> tools/local-runner',
]);

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
const found = violations.map(({ rule, from, to, cycle }) => {
  const trail = cycle === undefined ? [to] : cycle.map(({ name }) => name);
  return {
    key: `${rule.name}: ${from} -> ${to}`,
    line: `${rule.name}: ${[from, ...trail].join(' -> ')}: ${comments.get(rule.name)}`,
  };
});
const problems = found.filter(({ key }) => !KNOWN.has(key)).map(({ line }) => line);
if (totalCruised < FEWEST_MODULES)
  problems.push(
    `only ${totalCruised} modules were seen, and ${FEWEST_MODULES} are expected: run npm ci, and look at ROOTS in .ci/check-imports.mjs.`,
  );
const keys = new Set(found.map(({ key }) => key));
for (const key of KNOWN)
  if (!keys.has(key)) problems.push(`${key}: is gone, so take it from KNOWN in .ci/check-imports.mjs.`);

for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

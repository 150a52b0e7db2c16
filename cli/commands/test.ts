import { Command } from 'commander';
import { provideGoPrograms } from '../../tools/artifacts/build/go-programs';
import { exitCodes, Failure, wrongUsage } from '../../tools/failure';
import { provisionGo } from '../../tools/provision/go';
import { tell } from '../../tools/provision/progress';
import { formatTable } from '../../tools/table';
import { staticChecks } from '../../tools/test/checks';
import { newDeadline, type Deadline } from '../../tools/test/deadline';
import { goModules, runGoTest } from '../../tools/test/go';
import { runJest } from '../../tools/test/jest';
import { testNeeds } from '../../tools/test/needs';
import { closingLine, sum, type SuiteResult } from '../../tools/test/suite-result';

const HELP = `
What:
  (nothing)  everything: the checks, the Go tests, the unit suites, the whole-system suites
  checks     types, ESLint, Prettier, go vet, and whether the stacks still synthesize what they did
  unit       the Go tests and the suites that need nothing but Node.js
  e2e        the suites that run real programs: Terraform, simulators, machines
  <path>     the suites whose path holds this text

Tests that need an absent program are skipped with the reason. With CI=true they fail.
The last line sums jest's and Go's tests. A run ends within an hour.`;

/** `sandpiper test`, which is also what CI runs. */
export function command(): Command {
  return new Command('test')
    .description('Runs the tests.')
    .argument('[what...]', 'what to run')
    .option('--languages <which>', 'run the self-tests of languages: core, all, or ids with commas between them')
    .option(
      '--base <commit>',
      'commit that the checks compare the stacks with; without it, where this branch left main',
    )
    .addHelpText('after', HELP)
    .action(async (words: string[], { languages, base }: { readonly languages?: string; readonly base?: string }) => {
      if (languages !== undefined) process.env.SANDPIPER_LANGUAGES = languages;
      const what = languages === undefined || words.length > 0 ? words : ['e2e/languages'];
      const deadline = newDeadline();
      const started = Date.now();
      const plan = planOf(what);
      if (plan.jest.some(({ project }) => project === 'e2e')) await provide();
      else if (plan.goModules.length > 0 || plan.checks) await provisionGo();

      const failedChecks = plan.checks ? await runChecks(deadline, base) : [];
      const results: SuiteResult[] = [];
      for (const directory of plan.goModules) {
        tell(`go test ${directory}`);
        results.push(...(await runGoTest(directory, deadline)));
      }
      for (const run of plan.jest) {
        // Suites that start compiled programs find them built, and do not each build them.
        if (run.project === 'e2e') await provideGoPrograms(['linux-x64', 'linux-arm64', 'host']);
        tell(`jest ${[run.project, ...run.paths].join(' ')}`);
        results.push(...(await runJest({ ...run, deadline })));
      }
      if (results.length === 0 && !plan.checks) throw wrongUsage(`no test matches ${what.join(' ')}`);
      process.exitCode = conclude(results, failedChecks, (Date.now() - started) / 1000);
    });
}

interface Plan {
  readonly checks: boolean;
  readonly goModules: readonly string[];
  readonly jest: readonly { readonly project: 'unit' | 'e2e'; readonly paths: readonly string[] }[];
}

function planOf(what: readonly string[]): Plan {
  const all = what.length === 0;
  const paths = what.filter((word) => !['checks', 'unit', 'e2e'].includes(word));
  const unit = all || what.includes('unit');
  const e2e = all || what.includes('e2e');
  const modules = goModules();
  const isGo = (word: string): boolean => modules.includes(word.replace(/\/$/, ''));
  const jestPaths = paths.filter((word) => !isGo(word));
  const byPath =
    jestPaths.length === 0
      ? []
      : [{ project: 'unit', paths: jestPaths } as const, { project: 'e2e', paths: jestPaths } as const];
  return {
    checks: all || what.includes('checks'),
    goModules: modules.filter((directory) => unit || paths.some((word) => word.replace(/\/$/, '') === directory)),
    jest: [
      ...(unit ? [{ project: 'unit', paths: [] } as const] : []),
      ...(e2e ? [{ project: 'e2e', paths: [] } as const] : []),
      ...byPath.filter(({ project }) => project === 'unit' || jestPaths.some((word) => word.includes('e2e'))),
    ],
  };
}

/** Installs what is missing. Where it may not, the tests that need it are skipped; under CI that is an error. */
async function provide(): Promise<void> {
  for (const { name, provide: install } of testNeeds) {
    try {
      await install();
    } catch (error) {
      if (!(error instanceof Failure) || process.env.CI === 'true') throw error;
      tell(`without ${name}: ${error.message}`);
    }
  }
}

async function runChecks(deadline: Deadline, base?: string): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of staticChecks(base)) {
    const started = Date.now();
    const passed = await run(deadline);
    tell(`${name}: ${passed ? 'clean' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (!passed) failed.push(name);
  }
  return failed;
}

/** Prints every suite's time, what failed and the closing line, and returns the exit code. */
function conclude(results: readonly SuiteResult[], failedChecks: readonly string[], seconds: number): number {
  const slowestFirst = [...results].sort((a, b) => b.seconds - a.seconds);
  const rows = slowestFirst.map(({ suite, passed, failed, skipped, ...rest }) => [
    rest.seconds.toFixed(1),
    String(passed),
    String(failed),
    String(skipped),
    suite,
  ]);
  const { failed, skipped } = sum(results);
  const isCi = process.env.CI === 'true';
  if (rows.length > 0) console.log(`\n${formatTable(['seconds', 'passed', 'failed', 'skipped', 'suite'], rows)}\n`);
  console.log(`${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s in all`);
  if (failedChecks.length > 0) console.log(`Failed checks: ${failedChecks.join(', ')}`);
  if (isCi && skipped > 0) console.log('Skipped tests are failures with CI=true.');
  console.log(closingLine(results));
  const isFine = failed === 0 && failedChecks.length === 0 && !(isCi && skipped > 0);
  return isFine ? exitCodes.ok : exitCodes.failed;
}

import { spawnSync } from 'node:child_process';
import { project } from '../kit/cli/run';

/** Lints texts as if they were these files, with the project's own configuration, in one process; the rules that refuse each. */
function lint(samples: readonly { readonly file: string; readonly text: string }[]): string[][] {
  const script = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint();
    const found = [];
    for (const { file, text } of JSON.parse(process.argv[1])) {
      const [result] = await eslint.lintText(text, { filePath: file });
      found.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
    }
    console.log(JSON.stringify(found));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(samples)], {
    cwd: project,
    encoding: 'utf8',
    // With CI set, typescript-eslint reads a file that exists from the disk, not the text that it is given.
    env: { ...process.env, CI: '' },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as string[][];
}

// Rules that know types look only at files that exist.
const FLOATING = 'const f = async (): Promise<void> => undefined;\nf();';
const AWAITED =
  'const f = async (): Promise<void> => undefined;\nexport const g = async (): Promise<void> => {\n  await f();\n};';
const SAMPLES = [
  ['a floating promise', 'tools/table.ts', FLOATING, ['@typescript-eslint/no-floating-promises']],
  ['an awaited promise', 'tools/table.ts', AWAITED, []],
  ['a focused test', '__tests__/kit/terraform.ts', "it.only('x', () => undefined);", ['no-restricted-syntax']],
  ['a skipped test', '__tests__/kit/terraform.ts', "describe.skip('x', () => undefined);", ['no-restricted-syntax']],
] as const;

describe('the lint rules', () => {
  let found: string[][];
  beforeAll(() => {
    found = lint(SAMPLES.map(([, file, text]) => ({ file, text })));
  }, 300_000);

  it.each(SAMPLES.map(([what, , , rules], index) => [what, rules, index] as const))(
    'answer %s with %j',
    (_what, rules, index) => expect(found[index]).toEqual(rules),
  );
});

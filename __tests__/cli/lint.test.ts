import { spawnSync } from 'node:child_process';
import { project } from '../kit/cli/run';

interface Sample {
  readonly file: string;
  readonly text: string;
}

/** Lints texts as if they were these files, with the project's own configuration, in one process; the ids of the rules that refuse each. */
function lint(samples: readonly Sample[]): string[][] {
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

/** Rules that know types look only at files that exist. */
function sourceIn(pattern: string): string {
  const run = spawnSync('git', ['ls-files', '--cached', '--others', '--', pattern], { cwd: project, encoding: 'utf8' });
  return run.stdout.split('\n')[0] ?? '';
}

const ARROWS = 'sandpiper/arrows-point-down';

const REFUSED: readonly (readonly [string, string, string, string])[] = [
  ['an index import of a provider package', 'modules/aws/x.ts', "export { Vpc } from '@cdktf/provider-aws';", ARROWS],
  ['an index import below lib', 'modules/gcp/x.ts', "export * from '@cdktf/provider-google/lib';", ARROWS],
  ['an index import by require', 'stacks/x.ts', "export const x = require('@cdktf/provider-aws/lib/index');", ARROWS],
  ['an index import of a type', 'stacks/x.ts', "export type X = import('@cdktf/provider-aws').Vpc;", ARROWS],
  ['modules importing stacks', 'modules/aws/x.ts', "export * from '../../stacks/settings';", ARROWS],
  ['modules importing the CLI', 'modules/x.ts', "export * from '../tools/failure';", ARROWS],
  [
    'services importing modules',
    sourceIn('services/*/*.ts'),
    "export * from '../../modules/platform/platform';",
    ARROWS,
  ],
  ['modules importing services', 'modules/playground/x.ts', "export * from '../../services/gateway/server';", ARROWS],
  ['AWS importing GCP', 'modules/aws/x.ts', "export * from '../gcp/network';", ARROWS],
  ['GCP importing AWS', 'modules/gcp/tls-service/x.ts', "export * from '../../aws/tls-service/alb';", ARROWS],
  [
    'AWS importing the Google provider',
    'modules/aws/tls-service/x.ts',
    "export * from '@cdktf/provider-google/lib/x';",
    ARROWS,
  ],
  [
    'a contract importing a provider',
    'modules/tls-service/x.ts',
    "export * from '@cdktf/provider-aws/lib/lb';",
    ARROWS,
  ],
  ['a contract importing an implementation', 'modules/platform/x.ts', "export * from '../aws/platform';", ARROWS],
  [
    'a type from an implementation in a contract',
    'modules/platform/platform.ts',
    "import type { X } from '../gcp/foundation/network';\nexport type Y = X;",
    ARROWS,
  ],
  ['the CLI importing an implementation', 'cli/main.ts', "export * from '../modules/aws/network';", ARROWS],
  ['a tool importing the CLI', 'tools/table.ts', "export * from '../cli/main';", ARROWS],
  ['the page importing the runner', 'web/src/main.ts', "export * from '../../services/runner/pool';", ARROWS],
  ['the page importing the CLI', 'web/src/main.ts', "export * from '../../cli/main';", ARROWS],
  ['the product importing its tests', 'cli/main.ts', "export * from '../__tests__/kit/terraform';", ARROWS],
  [
    'a floating promise',
    'tools/table.ts',
    'const f = async (): Promise<void> => undefined;\nf();',
    '@typescript-eslint/no-floating-promises',
  ],
  ['a focused test', '__tests__/kit/terraform.ts', "it.only('x', () => undefined);", 'no-restricted-syntax'],
  ['a skipped test', '__tests__/kit/terraform.ts', "describe.skip('x', () => undefined);", 'no-restricted-syntax'],
];

const ACCEPTED: readonly (readonly [string, string, string])[] = [
  ['a deep import', 'modules/aws/x.ts', "export * from '@cdktf/provider-aws/lib/lb';"],
  [
    'an implementation importing its contract',
    'modules/aws/tls-service/x.ts',
    "export * from '../../tls-service/tls-service';",
  ],
  [
    'stacks importing both clouds',
    'stacks/x.ts',
    "export * from '../modules/aws/aws-platform';\nexport * from '../modules/gcp/gcp-platform';",
  ],
  ['the page importing the protocol', 'web/src/main.ts', "export * from '../../services/protocol/client';"],
  ['the CLI importing a contract', 'tools/table.ts', "export * from '../modules/tls-service/tls-service';"],
  [
    'a promise that is awaited',
    'tools/table.ts',
    'const f = async (): Promise<void> => undefined;\nexport const g = async () => {\n  await f();\n};',
  ],
];

describe('the lint rules', () => {
  let refused: string[][];
  let accepted: string[][];
  beforeAll(() => {
    const all = lint([...REFUSED, ...ACCEPTED].map(([, file, text]) => ({ file, text })));
    refused = all.slice(0, REFUSED.length);
    accepted = all.slice(REFUSED.length);
  }, 300_000);

  it.each(REFUSED.map(([name, , , rule], index) => [name, rule, index] as const))(
    'refuse %s (%s)',
    (_name, rule, index) => {
      expect(refused[index]).toContain(rule);
    },
  );

  it.each(ACCEPTED.map(([name], index) => [name, index] as const))('accept %s', (_name, index) => {
    expect(accepted[index]).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { project } from '../kit/cli/run';

/** Files of a project that holds nothing else: what each imports, and the file or package that it names. */
const TREE: Readonly<Record<string, string>> = {
  'node_modules/@cdktf/provider-aws/package.json': '{ "main": "lib/index.js", "types": "lib/index.d.ts" }',
  'node_modules/@cdktf/provider-aws/lib/index.js': '',
  'node_modules/@cdktf/provider-aws/lib/index.d.ts': 'export declare class Lb {}',
  'node_modules/@cdktf/provider-aws/lib/lb/index.js': '',
  'node_modules/@cdktf/provider-aws/lib/lb/index.d.ts': 'export declare class Lb {}',
  'node_modules/@cdktf/provider-google/lib/bucket/index.js': '',
  'node_modules/@cdktf/provider-azurerm/lib/vm/index.js': '',
  'node_modules/cdktf/index.js': '',
  'contracts/names.ts': 'export const RUNTIMES = 1;',
  'modules/props/checks.ts': 'export const check = 1;',
  'modules/platform/platform.ts': 'export const platform = 1;',
  'modules/tls-service/tls-service.ts': 'export interface Service { readonly id: string }',
  'modules/aws/foundation/network.ts': 'export interface Network { readonly id: string }',
  'modules/azure/foundation/network.ts': 'export const network = 1;',
  'services/protocol/job.ts': 'export const job = 1;',
  'services/runner/pool.ts': 'export const pool = 1;',
  'stacks/settings.ts': 'export const settings = 1;',
  'tools/failure.ts': 'export const failure = 1;',
  'cli/main.ts': 'export const main = 1;',
  '__tests__/kit/terraform.ts': 'export const terraform = 1;',
};

const REFUSED: readonly (readonly [what: string, file: string, text: string, rule: string])[] = [
  ['AWS importing GCP', 'modules/gcp/a.ts', "export * from '../aws/foundation/network';", 'clouds-apart'],
  ['a new cloud importing AWS', 'modules/azure/a.ts', "export * from '../aws/foundation/network';", 'clouds-apart'],
  ['AWS importing a new cloud', 'modules/aws/b.ts', "export * from '../azure/foundation/network';", 'clouds-apart'],
  [
    'a contract importing a new cloud',
    'modules/playground/a.ts',
    "export * from '../azure/foundation/network';",
    'contracts-know-no-cloud',
  ],
  [
    'a type from a cloud in a contract',
    'modules/sandbox-fleet/a.ts',
    "import type { Network } from '../aws/foundation/network';\nexport type N = Network;",
    'contracts-know-no-cloud',
  ],
  [
    'a contract importing a provider',
    'modules/tls-service/a.ts',
    "export * from '@cdktf/provider-aws/lib/lb';",
    'contracts-know-no-cloud',
  ],
  [
    'AWS importing the Google provider',
    'modules/aws/c.ts',
    "export * from '@cdktf/provider-google/lib/bucket';",
    'own-provider-only',
  ],
  [
    'GCP importing a provider that no rule names',
    'modules/gcp/b.ts',
    "export * from '@cdktf/provider-azurerm/lib/vm';",
    'own-provider-only',
  ],
  [
    'a new cloud importing the AWS provider',
    'modules/azure/b.ts',
    "export * from '@cdktf/provider-aws/lib/lb';",
    'own-provider-only',
  ],
  [
    'a service importing a module',
    'services/gateway/a.ts',
    "export * from '../../modules/platform/platform';",
    'services-imports-down',
  ],
  ['a service importing CDKTF', 'services/gateway/b.ts', "export * from 'cdktf';", 'services-know-no-cdktf'],
  [
    'a module importing a service',
    'modules/playground/b.ts',
    "export * from '../../services/protocol/job';",
    'modules-imports-down',
  ],
  ['a module importing a stack', 'modules/aws/d.ts', "export * from '../../stacks/settings';", 'modules-imports-down'],
  ['a module importing a tool', 'modules/props/a.ts', "export * from '../../tools/failure';", 'modules-imports-down'],
  [
    'a contract importing a module',
    'contracts/a.ts',
    "export * from '../modules/props/checks';",
    'contracts-imports-down',
  ],
  ['a stack importing a tool', 'stacks/a.ts', "export * from '../tools/failure';", 'stacks-imports-down'],
  ['a tool importing a command', 'tools/a.ts', "export * from '../cli/main';", 'tools-imports-down'],
  [
    'a tool importing a cloud',
    'tools/b.ts',
    "export * from '../modules/aws/foundation/network';",
    'tools-load-no-cloud',
  ],
  [
    'a command requiring a new cloud',
    'cli/a.ts',
    "export const a = require('../modules/azure/foundation/network');",
    'tools-load-no-cloud',
  ],
  ['a command importing the tests', 'cli/b.ts', "export * from '../__tests__/kit/terraform';", 'cli-imports-down'],
  ['the page importing the runner', 'web/src/a.ts', "export * from '../../services/runner/pool';", 'web-imports-down'],
  ['the page importing a command', 'web/src/b.ts', "export * from '../../cli/main';", 'web-imports-down'],
  [
    'an index import of a provider',
    'stacks/b.ts',
    "export { Lb } from '@cdktf/provider-aws';",
    'deep-provider-imports',
  ],
  [
    'an index import below lib',
    'stacks/c.ts',
    "export { Lb } from '@cdktf/provider-aws/lib';",
    'deep-provider-imports',
  ],
  [
    'an index import by require',
    'stacks/d.ts',
    "export const x = require('@cdktf/provider-aws/lib/index');",
    'deep-provider-imports',
  ],
  [
    'an index import of a type',
    'stacks/e.ts',
    "export type X = import('@cdktf/provider-aws').Lb;",
    'deep-provider-imports',
  ],
  [
    'a low folder importing a high one',
    'modules/machine/a.ts',
    "export * from '../tls-service/tls-service';",
    'floors',
  ],
  [
    'a low folder of a new cloud importing a high one',
    'modules/azure/machine/a.ts',
    "export * from '../platform';",
    'floors',
  ],
  ['the protocol importing the runner', 'services/protocol/a.ts', "export * from '../runner/pool';", 'floors'],
  ['two files that import each other', 'tools/c.ts', "export * from './d';", 'no-file-circles'],
  ['two folders that import each other', 'tools/plan/a.ts', "export * from '../flows/b';", 'no-folder-circles'],
];

/** What the samples import of each other. */
const COUNTERPARTS: Readonly<Record<string, string>> = {
  'tools/d.ts': "export * from './c';",
  'tools/flows/a.ts': "export * from '../plan/b';",
  'tools/flows/b.ts': 'export const b = 1;',
  'tools/plan/b.ts': 'export const b = 1;',
  'modules/azure/platform.ts': 'export const platform = 1;',
};

const ACCEPTED: readonly (readonly [what: string, file: string, text: string])[] = [
  ['a deep import of a provider', 'modules/aws/ok-a.ts', "export * from '@cdktf/provider-aws/lib/lb';"],
  [
    'a new cloud importing its own provider',
    'modules/azure/ok-b.ts',
    "export * from '@cdktf/provider-azurerm/lib/vm';",
  ],
  ['a cloud importing its contract', 'modules/azure/ok-c.ts', "export * from '../tls-service/tls-service';"],
  ['a program importing a contract', 'services/gateway/ok-d.ts', "export * from '../../contracts/names';"],
  ['a command importing a contract', 'cli/ok-e.ts', "export * from '../modules/tls-service/tls-service';"],
  [
    'a stack importing both clouds',
    'stacks/ok-f.ts',
    "export * from '../modules/aws/foundation/network';\nexport * from '../modules/azure/foundation/network';",
  ],
  ['the page importing the protocol', 'web/src/ok-g.ts', "export * from '../../services/protocol/job';"],
];

describe('the rules of imports', () => {
  let directory: string;
  let lines: readonly string[];
  let status: number | null;

  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'imports-'));
    const samples = [...REFUSED, ...ACCEPTED].map(([, file, text]) => [file, text] as const);
    for (const [file, text] of [...Object.entries(TREE), ...Object.entries(COUNTERPARTS), ...samples]) {
      fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      fs.writeFileSync(path.join(directory, file), text);
    }
    const run = spawnSync(process.execPath, [path.join(project, '.ci/check-imports.mjs'), directory], {
      encoding: 'utf8',
    });
    if (run.stderr !== '') throw new Error(run.stderr);
    lines = run.stdout.trim().split('\n');
    status = run.status;
  });
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  it.each(REFUSED)('refuse %s', (_what, file, _text, rule) => {
    const from = rule === 'no-folder-circles' ? path.dirname(file) : file;
    expect(lines).toContainEqual(expect.stringContaining(`${rule}: ${from} -> `));
  });

  it.each(ACCEPTED)('accept %s', (_what, file) => {
    expect(lines.filter((line) => line.includes(file))).toEqual([]);
  });

  it('fail where most of the project is not seen', () => {
    expect(status).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^only \d+ modules were seen, and 400 are expected/));
  });
});

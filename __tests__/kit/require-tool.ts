import * as fs from 'node:fs';
import * as path from 'node:path';
import { findElasticMq } from '../../tools/provision/elasticmq';
import { findMermaid } from '../../tools/provision/mermaid';
import { findPubsubEmulator, PUBSUB_EMULATOR_INSTALLATION } from '../../tools/provision/pubsub-emulator';
import { CIRCUS_STATE } from './circus-state';

/**
 * Says at the top of a `describe` (or of a file) that its tests need a program, such as `terraform`, or `root` (user id 0).
 * Where one is absent the tests are skipped, and a skipped test beside them names the reason; with `CI=true` they fail.
 *
 * ```ts
 * describe('the machine', () => {
 *   requireTool(['root', 'systemd-nspawn']);
 *   it('boots', async () => { ... });
 * });
 * ```
 *
 * @param names programs on PATH (or at the path in `$TERRAFORM_BINARY`, `$MOTO_SERVER`, `$CHECKOV`, `$CHROMIUM`), `root`,
 *   `elasticmq`, `mermaid` or `pubsub-emulator`
 * @returns whether all are here; hooks and tests of the block do not run when they are not
 * @throws Error with `CI=true` when one is absent
 */
export function requireTool(names: string | readonly string[]): boolean {
  const missing = [names].flat().filter((name) => !hasTool(name));
  if (missing.length === 0) return true;
  const remedy = missing.includes('pubsub-emulator')
    ? PUBSUB_EMULATOR_INSTALLATION
    : './sandpiper test installs what the tests need';
  const reason = `needs ${missing.join(', ')}: not on this machine (${remedy})`;
  if (process.env.CI === 'true') throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  it(reason, () => undefined);
  skipCurrentDescribe();
  return false;
}

/** Whether a program is on this machine, or this process is root's. */
export function hasTool(name: string): boolean {
  if (name === 'root') return process.getuid?.() === 0;
  if (name === 'elasticmq') return findElasticMq() !== undefined;
  if (name === 'mermaid') return findMermaid() !== undefined;
  if (name === 'pubsub-emulator') return findPubsubEmulator() !== undefined && hasTool('java');
  const override = process.env[PATH_OVERRIDES[name] ?? ''];
  if (override) return isExecutable(override);
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return directories.some((directory) => isExecutable(path.join(directory, name)));
}

const PATH_OVERRIDES: Readonly<Record<string, string>> = {
  terraform: 'TERRAFORM_BINARY',
  moto_server: 'MOTO_SERVER',
  checkov: 'CHECKOV',
  chromium: 'CHROMIUM',
};

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** jest has no call for this: the mode of a block is what `describe.skip` sets, and its tests and hooks follow it. */
function skipCurrentDescribe(): void {
  const state = (globalThis as Record<symbol, unknown>)[CIRCUS_STATE] as
    { readonly currentDescribeBlock: { mode?: string } } | undefined;
  if (state === undefined) throw new Error('requireTool needs the test environment named in jest.config.js');
  state.currentDescribeBlock.mode = 'skip';
}

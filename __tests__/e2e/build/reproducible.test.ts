import * as fs from 'node:fs';
import * as path from 'node:path';
import { spawnSync } from 'node:child_process';
import { elfMachines, readElf } from '../../../tools/artifacts/build/elf';
import { buildGoPrograms, sha256 } from '../../../tools/artifacts/build/go-programs';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory } from '../../kit/terraform';

const project = path.resolve(__dirname, '../../..');

describe('building the Go programs', () => {
  requireTool('go');
  const elsewhere = temporaryDirectory('build');
  afterAll(() => fs.rmSync(elsewhere, { recursive: true, force: true }));

  it('gives the same bytes from another directory', () => {
    // A checkout of its own, with what a build needs and no more.
    for (const name of ['cli', 'tools', 'services/user-api', 'package.json', 'tsconfig.json']) {
      fs.cpSync(path.join(project, name), path.join(elsewhere, name), { recursive: true });
    }
    fs.symlinkSync(path.join(project, 'node_modules'), path.join(elsewhere, 'node_modules'));
    const script = `require('./tools/artifacts/build/typescript').compileTypeScript();
      require('./dist/tools/artifacts/build/go-programs').buildGoPrograms(['linux-x64', 'linux-arm64'], ['user-api']);`;
    const run = spawnSync(process.execPath, ['-e', script], {
      cwd: elsewhere,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    for (const { file } of buildGoPrograms(['linux-x64', 'linux-arm64'], ['user-api'])) {
      expect(sha256(path.join(elsewhere, path.relative(project, file)))).toBe(sha256(file));
    }
  }, 300_000);

  it('links statically, for the machine it is for', () => {
    for (const { file, target } of buildGoPrograms(['linux-x64', 'linux-arm64'])) {
      const machine = elfMachines[target === 'linux-x64' ? 'x64' : 'arm64'];
      expect(readElf(file)).toEqual({ machine, isDynamic: false });
    }
  }, 300_000);

  it('builds nothing that is there already', () => {
    buildGoPrograms(['host'], ['user-api']);
    expect(buildGoPrograms(['host'], ['user-api'])).toMatchObject([{ isNew: false }]);
  }, 300_000);
});

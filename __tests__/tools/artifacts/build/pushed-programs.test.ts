import * as fs from 'node:fs';
import * as path from 'node:path';
import { sha256, type BuiltProgram, type GoTarget } from '../../../../tools/artifacts/build/go-programs';
import { publishPrograms } from '../../../../tools/artifacts/build/pushed-programs';
import { lastBuilt } from '../../../../tools/artifacts/push/built-objects';
import { readProgramManifest } from '../../../../modules/machine/program-manifest';
import { buildArtifacts } from '../../../kit/playground/built-artifacts';
import { temporaryDirectory } from '../../../kit/terraform';

describe('built programs', () => {
  let scratch: string;
  let directory: string;
  beforeEach(() => {
    scratch = temporaryDirectory('pushed-programs');
    directory = path.join(scratch, 'artifacts/programs');
  });
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  const built = (targets: readonly GoTarget[], content = ''): BuiltProgram[] =>
    targets.flatMap((target) =>
      ['user-api', 'host-agent'].map((program) => {
        const file = path.join(scratch, 'bin', target, program);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        // As the build does: another file at the same path.
        fs.rmSync(file, { force: true });
        fs.writeFileSync(file, `${program} for ${target} ${content}`);
        return { program, target, file, isNew: true };
      }),
    );
  const filesIn = (kind: string) => fs.readdirSync(path.join(directory, kind));

  it('lie by their content beside a manifest that names them by architecture', () => {
    const programs = built(['linux-x64', 'linux-arm64', 'host']);
    const file = publishPrograms(programs, directory)!;
    const manifest = readProgramManifest(file);
    expect(Object.keys(manifest.programs)).toEqual(['x64', 'arm64']);
    const sum = sha256(path.join(scratch, 'bin/linux-arm64/host-agent'));
    expect(manifest.programs.arm64!.hostAgent).toEqual({
      key: `host-agent/${sum}`,
      sha256: sum,
      bytes: 'host-agent for linux-arm64 '.length,
    });
    for (const { objects } of lastBuilt([directory])) {
      expect(objects).toHaveLength(4);
      for (const object of objects) expect(sha256(object.file)).toBe(object.sha256);
    }
  });

  it('of an earlier build go when their sources have changed, and the manifest names those of the last one only', () => {
    publishPrograms(built(['linux-x64', 'linux-arm64']), directory);
    const file = publishPrograms(built(['linux-x64'], 'changed'), directory)!;
    const { programs } = readProgramManifest(file);
    expect(Object.keys(programs)).toEqual(['x64']);
    expect(filesIn('user-api')).toEqual([programs.x64!.userApi.sha256]);
    expect(filesIn('host-agent')).toEqual([programs.x64!.hostAgent.sha256]);
  });

  it('for this machine alone leave what was there', () => {
    const file = publishPrograms(built(['linux-x64']), directory)!;
    const before = fs.readFileSync(file);
    expect(publishPrograms(built(['host']), directory)).toBeUndefined();
    expect(fs.readFileSync(file)).toEqual(before);
  });

  it('are pushed beside the playground’s, or without', () => {
    publishPrograms(built(['linux-x64']), directory);
    const playground = buildArtifacts({ gateway: 1, runner: 2, image: 3 });
    const keys = (directories: string[]) =>
      lastBuilt(directories).flatMap(({ objects, manifest }) =>
        [...objects, manifest].map(({ key }) => key.split('/')[0]),
      );
    try {
      expect(keys([directory, path.join(scratch, 'none')])).toEqual(['user-api', 'host-agent', 'manifests']);
      expect(keys([directory, playground.directory])).toEqual([
        ...['user-api', 'host-agent', 'manifests'],
        ...['gateway', 'runner', 'images', 'manifests'],
      ]);
      expect(() => lastBuilt([path.join(scratch, 'none')])).toThrow(/nothing is built.*`\.\/sandpiper build`/);
    } finally {
      fs.rmSync(playground.directory, { recursive: true });
    }
  });
});

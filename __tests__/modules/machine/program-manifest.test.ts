import * as fs from 'node:fs';
import * as path from 'node:path';
import { readArtifactManifest } from '../../../contracts/artifact-manifest';
import { programsOf, readProgramManifest, type ProgramManifest } from '../../../modules/machine/program-manifest';
import { temporaryDirectory } from '../../kit/terraform';

const FIXTURE = path.join(__dirname, '../../kit/playground/program-manifest.json');
const RIGHT = JSON.parse(fs.readFileSync(FIXTURE, 'utf8')) as ProgramManifest;

describe('the manifest of the Go programs', () => {
  const directory = temporaryDirectory('program-manifest');
  const file = path.join(directory, 'manifest.json');
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  const write = (content: unknown) => fs.writeFileSync(file, JSON.stringify(content));
  const { x64 } = RIGHT.programs;

  it('gives the programs of an architecture', () => {
    expect(programsOf(readProgramManifest(FIXTURE), 'arm64', FIXTURE)).toEqual(RIGHT.programs.arm64);
  });

  it.each<[string, unknown, string]>([
    ['another version', { ...RIGHT, schemaVersion: 2 }, 'schemaVersion is 2, not 1'],
    ['no programs', { schemaVersion: 1 }, 'programs is no object'],
    ['no JSON object', [], 'schemaVersion is undefined, not 1'],
    ['null', null, 'holds no JSON object'],
    ['another architecture', { schemaVersion: 1, programs: { riscv: x64 } }, 'programs.riscv is no architecture'],
    [
      'a program less',
      { schemaVersion: 1, programs: { x64: { userApi: x64!.userApi } } },
      'programs.x64.hostAgent has no key that holds its SHA-256, or no size',
    ],
    [
      'a key without its SHA-256',
      { schemaVersion: 1, programs: { x64: { ...x64, userApi: { ...x64!.userApi, key: 'user-api' } } } },
      'programs.x64.userApi has no key that holds its SHA-256, or no size',
    ],
  ])('is refused with %s, and the error names the line to run', (_, content, reason) => {
    write(content);
    expect(() => readProgramManifest(file)).toThrow(
      `${file}: ${reason}; run \`./sandpiper build\`, then \`./sandpiper push\``,
    );
  });

  it('is refused where there is none, or none of the architecture', () => {
    const line = 'run `./sandpiper build`, then `./sandpiper push`';
    const nowhere = path.join(directory, 'nowhere.json');
    expect(() => readProgramManifest(nowhere)).toThrow(`${nowhere}: does not exist; ${line}`);
    const manifest: ProgramManifest = { schemaVersion: 1, programs: { x64 } };
    expect(() => programsOf(manifest, 'arm64', file)).toThrow(`${file}: names no program for arm64; ${line}`);
  });

  it('of the playground is another: the error names its own line', () => {
    expect(() => readArtifactManifest(FIXTURE)).toThrow(
      /architecture is undefined, not "x64"; run `\.\/sandpiper build --playground`, then `\.\/sandpiper push`/,
    );
  });
});

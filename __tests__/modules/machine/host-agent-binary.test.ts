import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from '@swc/core';
import { temporaryDirectory } from '../../kit/terraform';

const SOURCE = path.resolve(__dirname, '../../../modules/machine/host-agent-binary.ts');

/** The module as a package has it at `location`. */
function moduleAt(root: string, location: string): { hostAgentBinary: (architecture: string) => string } {
  const file = path.join(root, location, 'host-agent-binary.js');
  const options = {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  } as const;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(path.join(root, 'package.json'), '{}');
  fs.writeFileSync(file, transformSync(fs.readFileSync(SOURCE, 'utf8'), options).code);
  return require(file);
}

describe.each([
  ['the sources', 'modules/machine'],
  ['the compiled output', 'dist/modules/machine'],
])('the host agent, seen from %s', (_, location) => {
  const root = temporaryDirectory('package');
  afterAll(() => fs.rmSync(root, { recursive: true }));

  it('is in dist/bin of the package; absent, the error says how to build it', () => {
    const { hostAgentBinary } = moduleAt(root, location);
    expect(() => hostAgentBinary('arm64')).toThrow(/linux-arm64\/host-agent does not exist; run `\.\/sandpiper build`/);
    const file = path.join(root, 'dist/bin/linux-arm64/host-agent');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '');
    expect(hostAgentBinary('arm64')).toBe(file);
  });
});

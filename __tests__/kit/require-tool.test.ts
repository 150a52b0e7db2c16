import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { hasTool } from './require-tool';

const project = path.resolve(__dirname, '../..');

/** Runs one test file of this text in a jest of its own, and returns what it counted. */
function runJest(text: string, ci: string): { passed: number; failed: number; skipped: number; output: string } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-require-tool-'));
  try {
    const { projects } = jest.requireActual<{ projects: [Record<string, unknown>] }>('../../jest.config.js');
    const config = {
      ...projects[0],
      rootDir: directory,
      testMatch: ['**/sample.test.ts'],
      testEnvironment: path.join(__dirname, 'jest-environment.ts'),
      transform: { '^.+\\.ts$': [require.resolve('@swc/jest'), { jsc: { parser: { syntax: 'typescript' } } }] },
    };
    fs.writeFileSync(path.join(directory, 'package.json'), '{}');
    fs.writeFileSync(
      path.join(directory, 'sample.test.ts'),
      `import { requireTool } from ${JSON.stringify(path.join(__dirname, 'require-tool'))};\n${text}`,
    );
    const results = path.join(directory, 'results.json');
    const run = spawnSync(
      process.execPath,
      [
        path.join(project, 'node_modules/jest/bin/jest.js'),
        '--config',
        JSON.stringify(config),
        '--json',
        '--outputFile',
        results,
        '--cacheDirectory',
        path.join(directory, 'cache'),
        '--runInBand',
        '--watchman=false',
      ],
      { cwd: directory, encoding: 'utf8', env: { ...process.env, CI: ci } },
    );
    const counts = JSON.parse(fs.readFileSync(results, 'utf8')) as Record<string, number>;
    return {
      passed: counts.numPassedTests ?? 0,
      failed: (counts.numFailedTests ?? 0) + (counts.numRuntimeErrorTestSuites ?? 0),
      skipped: counts.numPendingTests ?? 0,
      output: run.stderr,
    };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const SAMPLE = `
describe('needs what is absent', () => {
  requireTool(['sh', 'no-such-program']);
  beforeAll(() => { throw new Error('a hook ran'); });
  it('does not run', () => { throw new Error('a test ran'); });
  describe('nor inside', () => { it('does not run', () => { throw new Error('a test ran'); }); });
});
describe('needs what is there', () => {
  requireTool('sh');
  it('runs', () => undefined);
});
`;

describe('requireTool', () => {
  it('finds what is there', () => {
    expect(hasTool('node')).toBe(true);
    expect(hasTool('no-such-program')).toBe(false);
    expect(hasTool('root')).toBe(process.getuid?.() === 0);
  });

  it('skips the block with the reason, and no other block', () => {
    const { passed, failed, skipped, output } = runJest(SAMPLE, '');
    expect({ passed, failed, skipped }).toEqual({ passed: 1, failed: 0, skipped: 3 });
    expect(output).toContain('skipped: needs no-such-program');
  });

  it('fails under CI=true, naming the program', () => {
    const { failed, skipped, output } = runJest(SAMPLE, 'true');
    expect({ failed, skipped }).toEqual({ failed: 1, skipped: 0 });
    expect(output).toContain('needs no-such-program');
  });
});

import * as fs from 'node:fs';
import * as path from 'node:path';
import { project, sandpiper } from '../../kit/cli/run';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory } from '../../kit/terraform';

const committed = path.join(project, 'docs/diagrams');

describe('sandpiper diagram', () => {
  requireTool('go');
  const directory = temporaryDirectory('diagram');
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
  const env = { ENVIRONMENT: 'prod', CLOUD: 'aws' };

  it('finds the committed pictures current, whatever the environment sets', () => {
    const { exitCode, stdout, stderr } = sandpiper(['diagram', '--check'], env);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const file of fs.readdirSync(committed)) expect(stdout).toContain(file);
  }, 120_000);

  it('writes what it is asked for, where it is asked to, then names the file that is stale', () => {
    const one = ['diagram', '--stack', 'gcp-stack', '--format', 'mermaid', '--out', directory];
    expect(sandpiper(one).exitCode).toBe(0);
    expect(fs.readdirSync(directory)).toEqual(['gcp-stack.mmd']);
    const file = path.join(directory, 'gcp-stack.mmd');
    expect(fs.readFileSync(file, 'utf8')).toBe(fs.readFileSync(path.join(committed, 'gcp-stack.mmd'), 'utf8'));
    fs.appendFileSync(file, '\n');
    const { exitCode, stderr } = sandpiper([...one, '--check']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^sandpiper: stale: \S*gcp-stack\.mmd; \.\/sandpiper diagram draws them anew\n$/);
    // A check writes nothing.
    expect(fs.readFileSync(file, 'utf8').endsWith('\n\n')).toBe(true);
  }, 120_000);

  it.each([
    [['--stack', 'azure-stack'], 2, /azure-stack.*Allowed choices are playground, aws-stack, gcp-stack/],
    [['--format', 'png'], 2, /png.*Allowed choices are svg, mermaid/],
    [['--out', '/dev/null/x', '--stack', 'aws-stack'], 1, /^sandpiper: --out \/dev\/null\/x: .*ENOTDIR/],
  ])(
    'refuses %s in one line',
    (args, code, words) => {
      const { exitCode, stderr } = sandpiper(['diagram', ...args]);
      expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: code, lines: 1 });
      expect(stderr).toMatch(words);
    },
    120_000,
  );
});

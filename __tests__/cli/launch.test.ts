import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { project, sandpiper } from '../kit/cli/run';

describe('./sandpiper', () => {
  it('says what is needed where there is no Node.js', () => {
    const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-bin-'));
    for (const name of ['sh', 'dirname', 'readlink']) {
      const real = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
      fs.symlinkSync(real, path.join(bin, name));
    }
    const { exitCode, stderr } = sandpiper(['doctor'], { PATH: bin });
    fs.rmSync(bin, { recursive: true });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^sandpiper: needs Node\.js 20\.19 or newer, and there is no `node` on PATH\. .*\n$/);
  });

  it('names the version where Node.js is too old', () => {
    const run = spawnSync(
      process.execPath,
      [
        '-e',
        `Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } }); require(${JSON.stringify(path.join(project, 'cli/launch.js'))})`,
      ],
      { encoding: 'utf8' },
    );
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/needs Node\.js 20\.19 or newer; this is 20\.18\.3/);
  });

  it('does its work when nobody reads its output any more', () => {
    const program = path.join(project, 'sandpiper');
    // The reader is gone before there is anything to read; the shell then says how the command ended.
    const script = `{ "${program}" --help; echo "ended with $?" >&2; } | true`;
    const run = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(run.stderr).toBe('ended with 0\n');
  });

  it('runs through a symbolic link from another directory', () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-link-'));
    fs.symlinkSync(path.join(project, 'sandpiper'), path.join(directory, 'sp'));
    const run = spawnSync(path.join(directory, 'sp'), ['--help'], { cwd: directory, encoding: 'utf8' });
    fs.rmSync(directory, { recursive: true });
    expect(run.stdout).toContain('Usage: sandpiper <command>');
    expect(run.status).toBe(0);
  });
});

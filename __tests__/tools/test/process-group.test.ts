import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runGroup } from '../../../tools/test/process-group';

const soon = (): number => Date.now() + 60_000;

describe('runGroup', () => {
  it('captures output and the exit code', async () => {
    const ended = await runGroup(['sh', '-c', 'echo out; echo err >&2; exit 7'], { deadline: soon(), capture: true });
    expect(ended.exitCode).toBe(7);
    expect(ended.stdout.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('ends the program and what it started at the deadline, with 124', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-group-')), 'pid');
    const ended = await runGroup(['sh', '-c', `sleep 600 & echo $! > ${file}; wait`], {
      deadline: Date.now() + 500,
      capture: true,
    });
    const grandchild = Number(fs.readFileSync(file, 'utf8'));
    fs.rmSync(path.dirname(file), { recursive: true });
    expect(ended.exitCode).toBe(124);
    expect(isRunning(grandchild)).toBe(false);
  });
});

/** A process that has ended but was not yet reaped is not running. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

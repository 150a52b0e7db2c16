import { spawnSync } from 'node:child_process';
import { requireTool } from '../../kit/require-tool';
import { testPrograms } from '../../kit/sandbox/sandbox-host';

describe("the sandbox's init", () => {
  if (!requireTool(['root', 'unshare', 'gcc'])) return;

  // In a process namespace of its own, so that a failure of this test ends nothing but the test.
  it('refuses to run anywhere but as process 1, for it ends every process that it sees', () => {
    const { init } = testPrograms();
    const script = 'sleep 20 & "$1" < /dev/null; echo "code $?"; kill -0 $! && echo alive';
    const { stdout } = spawnSync('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', init], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect(stdout).toBe('code 5\nalive\n');
  });
});

import * as fs from 'node:fs';
import { defaultLimits } from '../../../services/protocol/limits';
import { openSandboxHost } from '../../../services/sandbox/host';
import { probeHost } from '../../../services/sandbox/probe';
import { crun } from '../../../services/sandbox/runtime';
import { requireTool } from '../../kit/require-tool';
import { openTestBench, testPrograms } from '../../kit/sandbox/sandbox-host';

describe('the launcher', () => {
  if (!requireTool(['root', 'crun'])) return;

  it('starts crun from a sealed copy, so that no sandbox has the file of the host within reach', async () => {
    const bench = await openTestBench('crun');
    try {
      const sandbox = await bench.host.start(bench.languages.bash.rootfs, defaultLimits);
      const runtimes = fs.readdirSync('/proc').filter((pid) => {
        try {
          const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
          return words[0] === bench.host.runtime.program && words.includes(sandbox.id);
        } catch {
          return false;
        }
      });
      expect(runtimes.map((pid) => fs.readlinkSync(`/proc/${pid}/exe`))).toEqual(['/memfd:crun (deleted)']);
      expect(() => fs.openSync(`/proc/${runtimes[0]}/exe`, 'r+')).toThrow(/ETXTBSY|EPERM|EACCES/);
      await sandbox.close();
    } finally {
      await bench.close();
    }
  }, 60_000);

  it('finds a runtime by its name, as the runner is told of it unless it is told a path', async () => {
    const host = await openSandboxHost({ runtime: crun('crun'), programs: testPrograms() });
    try {
      const { refused, missing } = await probeHost(host);
      expect({ refused, missing }).toEqual({ refused: undefined, missing: {} });
    } finally {
      await host.close();
    }
  }, 60_000);
});

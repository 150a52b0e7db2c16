import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findExecutable } from '../../../tools/provision/executable';
import { openSandboxHost } from '../../../services/sandbox/host';
import { hostRootfs } from '../../../services/sandbox/host-rootfs';
import { crun } from '../../../services/sandbox/runtime';
import { defaultLimits } from '../../../services/protocol/limits';
import { requireTool } from '../../kit/require-tool';
import { testPrograms } from '../../kit/sandbox/sandbox-host';

/** A crun of before the annotation: it takes no compiled filter, and writes down what it was given. */
const DEAF = (log: string) => `#!/bin/sh
for word; do [ "$before" = --bundle ] && config=$word/config.json; before=$word; done
if [ -n "$config" ]; then
  grep -q '"run.oci.seccomp_bpf_data"' "$config" && echo compiled >> ${log} || echo whole >> ${log}
  sed -i 's/"run.oci.seccomp_bpf_data"/"unknown"/' "$config"
fi
exec ${findExecutable('crun')} "$@"
`;

describe('a filter that was compiled before', () => {
  if (!requireTool(['root', 'crun'])) return;

  it('is not given again to a crun that does not take it: no sandbox runs without one', async () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-seccomp-'));
    const [program, log] = [path.join(scratch, 'crun'), path.join(scratch, 'log')];
    fs.writeFileSync(program, DEAF(log), { mode: 0o755 });
    const host = await openSandboxHost({ runtime: crun(program), programs: testPrograms() });
    try {
      const rootfs = hostRootfs(path.join(host.stateDirectory, 'rootfs'));
      for (let number = 0; number < 3; number++) {
        const sandbox = await host.start(rootfs, defaultLimits);
        let output = '';
        const running = sandbox.run(
          { argv: ['grep', 'Seccomp:', '/proc/self/status'], env: { PATH: '/bin' }, limits: defaultLimits.run },
          { stdout: (chunk) => (output += chunk.toString()), stderr: () => undefined },
        );
        expect(await running.ended).toMatchObject({ reason: 'ok', exitCode: 0 });
        expect(output).toMatch(/^Seccomp:\s+2\n$/);
        await sandbox.close();
      }
      expect(fs.readFileSync(log, 'utf8')).toBe('whole\ncompiled\nwhole\nwhole\n');
    } finally {
      await host.close();
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  }, 60_000);
});

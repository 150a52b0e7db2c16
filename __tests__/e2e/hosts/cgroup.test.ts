import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { installCopy, SANDBOX_JOBS } from '../../kit/machines/installed-copy';
import type { SandboxReport } from '../../kit/machines/sandbox-jobs';
import { PROJECT_DIRECTORY, runInMachine, type MachineRun } from '../../kit/machines/virtual-machine';
import { requireTool } from '../../kit/require-tool';

const PROGRAM = `${PROJECT_DIRECTORY}/node ${PROJECT_DIRECTORY}/${SANDBOX_JOBS}`;
const AS_ROOT = `${PROGRAM} > $RESULTS\n`;
/** An ordinary user in a group that systemd delegates. */
const AS_USER = `cat > /run/systemd/system/ordinary.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
User=user
Delegate=yes
StandardOutput=file:/tmp/report
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=${PROGRAM}
UNIT
systemctl daemon-reload
systemctl start ordinary.service
cat /tmp/report > $RESULTS
`;
/** The machine is emulated, on whatever this one has to spare. */
const MACHINE_TIMEOUT_MS = 280_000;

describe('a host with cgroups', () => {
  requireTool(['root', 'qemu-system-x86_64', 'mmdebstrap', 'gcc']);
  jest.setTimeout(600_000);
  let scratch: string;
  beforeAll(() => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-machine-'));
    installCopy(path.join(scratch, 'project'));
  });
  afterAll(() => {
    if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
  });

  const reports = async (layout: MachineRun['layout'], script: string): Promise<SandboxReport[]> => {
    const { results, console } = await runInMachine({
      project: path.join(scratch, 'project'),
      layout,
      script,
      scratch: path.join(scratch, layout),
      timeoutMs: MACHINE_TIMEOUT_MS,
    });
    const lines = results.split('\n').filter((line) => line !== '');
    if (lines.length === 0) throw new Error(`the machine told nothing:\n${console.slice(-4000)}`);
    return lines.map((line) => JSON.parse(line) as SandboxReport);
  };

  it('of version 2 enforces every limit, for root and for a user whose group systemd delegated', async () => {
    const [root, user, ...rest] = await reports('v2', AS_ROOT + AS_USER);
    expect(rest).toEqual([]);
    expectEveryLimit(root!, 'v2');
    expectEveryLimit(user!, 'v2');
  });

  it.each(['hybrid', 'v1'] as const)('of version 1 (%s) enforces every limit, for root', async (layout) => {
    const [root, ...rest] = await reports(layout, AS_ROOT);
    expect(rest).toEqual([]);
    expectEveryLimit(root!, layout);
  });
});

/** The kernel's counters told each limit apart, and nothing is left. */
function expectEveryLimit(report: SandboxReport, layout: MachineRun['layout']): void {
  expect(report).toMatchObject({
    layout,
    finding: { runtime: 'crun', missing: {} },
    hello: { stdout: 'hello\n', exit: { reason: 'ok', exitCode: 0 } },
    memory: { stdout: 'filling\n', exit: { reason: 'outOfMemory', limit: 'memory' } },
    processes: { exit: { reason: 'ok', exitCode: 0, limit: 'processes' } },
    cpu: { stdout: 'spinning\n', exit: { reason: 'timeout', limit: 'cpu' } },
    timeout: { stdout: 'started\n', exit: { reason: 'timeout', limit: 'wall' } },
    survivors: [],
    groups: [],
  });
  // One is Python itself; the runtime's own two are on top.
  expect(Number(report.processes.stdout)).toBeGreaterThanOrEqual(14);
  expect(Number(report.processes.stdout)).toBeLessThanOrEqual(17);
  expect(report.memory.peakMemoryBytes).toBeGreaterThan(60 << 20);
  expect(report.memory.peakMemoryBytes).toBeLessThan(72 << 20);
  expect(report.cpu.cpuMs).toBeGreaterThanOrEqual(3_000);
}

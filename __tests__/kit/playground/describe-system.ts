import { endOf, type TestClient } from '../gateway/test-client';
import type { Machine } from '../machines/machine';
import { describeUpgrade } from './describe-upgrade';
import {
  GATEWAY_UNIT,
  hello,
  LANGUAGES,
  RUNNER_UNIT,
  untilServing,
  untilTakingJobs,
  userOf,
  type PlaygroundSystem,
} from './system';

/** What a playground on booted machines must do, whichever the cloud. */
export function describeSystem({
  open,
  close,
  hasUpgrade,
}: {
  readonly open: () => Promise<PlaygroundSystem>;
  readonly close: () => Promise<void>;
  /** Whether it can be upgraded. */
  readonly hasUpgrade: boolean;
}): void {
  let system: PlaygroundSystem;
  let gateway: Machine;
  let runner: Machine;
  let user: TestClient;
  jest.setTimeout(300_000);

  beforeAll(async () => {
    system = await open();
    [gateway, runner] = await Promise.all([system.boot('gateway'), system.boot('runner')]);
    await Promise.all([untilServing(gateway), untilTakingJobs(runner)]);
    user = await userOf(gateway);
  }, 900_000);
  afterAll(async () => {
    user?.socket.terminate();
    await Promise.all([gateway?.stop(), runner?.stop()]);
    await close();
  });

  it.each(LANGUAGES)('runs a hello in %s, in gVisor, and sends its output back', async (language) => {
    const { end, output } = await hello(user, language);
    expect(output).toBe('Hello, world!\n');
    expect(end).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 0 });
  });

  it('runs programs in gVisor’s kernel, without a network, on an image and nothing of the machine', async () => {
    const code = [
      'uname -r; ls /sys/class/net /etc/sandpiper /opt/sandpiper 2>&1',
      'for host in 169.254.169.254 10.213.1.1; do (exec 3<>/dev/tcp/$host/80) 2>&1 | head -1; done',
    ].join('\n');
    const { job } = await user.submit('', { language: 'bash', files: [{ content: code }] });
    await user.next(endOf(job));
    const output = user.outputOf(job);
    expect(output).toMatch(/^\d+\.\d+\.\d+-gvisor\n/);
    expect(output.match(/Network is unreachable/g)).toHaveLength(2);
    expect(output).toMatch(/\/etc\/sandpiper.*No such file/);
    expect(output).toMatch(/\/opt\/sandpiper.*No such file/);
  });

  it('shows each identity as its cloud asks', () => expect(system.refused()).toEqual([]));

  it('finishes a job on another machine when its own dies', async () => {
    const code = 'import sys\nprint("begun", flush=True)\nprint("read", sys.stdin.readline().strip())';
    const { job } = await user.submit('', { language: 'python', files: [{ content: code }], stdinOpen: true });
    await user.next((message) => message.job === job && message.type === 'stdout');
    await runner.stop();
    runner = await system.boot('runner');
    await untilTakingJobs(runner);
    const reset = await user.next(({ job: of, type, attempt }) => of === job && type === 'reset' && attempt === 2);
    await user.next(({ type, epoch }) => type === 'stdout' && epoch === reset.epoch);
    user.send({ type: 'stdin', job, data: 'all of it\n' });
    user.send({ type: 'stdinClose', job });
    expect(await user.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 0 });
    expect(user.outputOf(job)).toBe('begun\nread all of it\n');
  });

  if (hasUpgrade) {
    describeUpgrade(
      () => ({ system, gateway, runner }),
      (next) => ({ gateway, runner } = next),
    );
  }

  it('leaves nothing in the queue, and no error in a journal', async () => {
    while ((await system.queued()) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    for (const [machine, unit] of [
      [gateway, GATEWAY_UNIT],
      [runner, RUNNER_UNIT],
    ] as const) {
      expect((await machine.journal(unit)).split('\n').filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    }
  });
}

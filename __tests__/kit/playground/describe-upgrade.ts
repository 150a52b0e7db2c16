import { RUNNER_ADMIN_PORT } from '../../../modules/sandbox-fleet/resolve';
import { endOf, type TestClient } from '../gateway/test-client';
import type { Machine } from '../machines/machine';
import { GATEWAY_UNIT, RUNNER_UNIT, untilServing, untilTakingJobs, userOf, type PlaygroundSystem } from './system';

interface Machines {
  readonly gateway: Machine;
  readonly runner: Machine;
}

const STREAM_USER = 'u2';
const HELD = 'import sys\nprint("begun", flush=True)\nprint("read", sys.stdin.readline().strip())';

/** Rolls gateway and runner to their next version, one after the other, under a stream of jobs. The machines are left as the new ones. */
export function describeUpgrade(
  before: () => Machines & { readonly system: PlaygroundSystem },
  after: (machines: Machines) => void,
): void {
  describe('rolls to the next version, whose messages the old runner does not read', () => {
    let old: Machines;
    let next: Machines;
    let users: { old: TestClient; next: TestClient };
    let stream: JobStream;

    beforeAll(async () => {
      const { system, ...present } = before();
      old = present;
      // Limits are a user's own.
      stream = startStream(await userOf(old.gateway, STREAM_USER));
      await system.upgrade!();
      const gateway = await system.boot('gateway');
      await untilServing(gateway);
      users = { old: await userOf(old.gateway), next: await userOf(gateway) };
      next = { gateway, runner: old.runner };
    }, 300_000);
    afterAll(async () => {
      stream?.stop();
      for (const user of Object.values(users ?? {})) user.socket.terminate();
      // Those that a test had to stop, and did not get to.
      if (next.gateway !== old.gateway) await old.gateway.stop();
      if (next.runner !== old.runner) await old.runner.stop();
      after(next);
    });

    it('leaves a new gateway’s job to a new runner, and runs an old one’s on either', async () => {
      const job = await users.next.submit('', { language: 'bash', files: [{ content: 'echo from the next version' }] });
      await old.runner.until('the old runner has seen it', async () =>
        (await old.runner.journal(RUNNER_UNIT)).includes('a message is left for a newer runner'),
      );
      const runner = await before().system.boot('runner');
      next = { ...next, runner };
      await untilTakingJobs(runner);
      expect(await users.next.next(endOf(job.job))).toMatchObject({ type: 'exit', reason: 'ok' });
      expect(users.next.outputOf(job.job)).toBe('from the next version\n');
    });

    it('lets the old runner finish its jobs when its machine is to go, and take no other', async () => {
      // A connection without a job is not kept for long.
      users.old = await userOf(old.gateway);
      const { job } = await beginHeld(users.old, old.runner);
      const stopping = old.runner.exec(`systemctl stop ${RUNNER_UNIT}`);
      await old.runner.until('the old runner drains', async () =>
        (await old.runner.journal(RUNNER_UNIT)).includes('the runner drains'),
      );
      users.old.send({ type: 'stdin', job, data: 'to the end\n' });
      expect(await users.old.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok' });
      expect(users.old.outputOf(job)).toBe('begun\nread to the end\n');
      expect(users.old.messages.filter((message) => message.job === job && message.type === 'reset')).toHaveLength(1);
      await stopping;
      expect(await old.runner.journal(RUNNER_UNIT)).not.toContain('a job is put back');
      await old.runner.stop();
      const other = await users.old.submit('', { language: 'bash', files: [{ content: 'echo on the new one' }] });
      expect(await users.old.next(endOf(other.job))).toMatchObject({ type: 'exit', reason: 'ok' });
    });

    it('sends clients of the old gateway to the new one, where they go on', async () => {
      const { job, token } = await users.old.submit('', {
        language: 'python',
        files: [{ content: HELD }],
        stdinOpen: true,
      });
      const seen = await users.old.next((message) => message.job === job && message.type === 'stdout');
      const stopping = old.gateway.exec(`systemctl stop ${GATEWAY_UNIT}`);
      await users.old.next(({ type }) => type === 'goingAway');
      stream.goOnWith(await userOf(next.gateway, STREAM_USER));
      users.next.send({ type: 'resume', job, token, after: { epoch: seen.epoch, seq: seen.seq } });
      users.next.send({ type: 'stdin', job, data: 'elsewhere\n' });
      expect(await users.next.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok' });
      expect(users.next.outputOf(job)).toBe('read elsewhere\n');
      await stopping;
      await old.gateway.stop();
    });

    it('has lost no job of all that came meanwhile, and run none twice to its end', async () => {
      const jobs = await stream.end();
      expect(jobs.length).toBeGreaterThan(10);
      const wrong = jobs.filter(({ output, expected, ends }) => output !== expected || ends !== 1);
      expect(wrong).toEqual([]);
    });
  });
}

/** A job that runs on a machine until its input comes. Those that another machine takes are let go. */
async function beginHeld(user: TestClient, machine: Machine): Promise<{ job: string }> {
  for (;;) {
    const { job } = await user.submit('', { language: 'python', files: [{ content: HELD }], stdinOpen: true });
    await user.next((message) => message.job === job && message.type === 'stdout');
    if (await holdsOne(machine)) return { job };
    user.send({ type: 'cancel', job });
    await user.next(endOf(job));
  }
}

/** Whether a runner holds a job for a while; those of the stream are gone in a moment. */
async function holdsOne(machine: Machine): Promise<boolean> {
  for (let looks = 0; looks < 3; looks++) {
    const { output } = await machine.exec(`curl -s http://127.0.0.1:${RUNNER_ADMIN_PORT}/metrics`);
    if (!/^sandpiper_runner_jobs_running [1-9]/m.test(output)) return false;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  return true;
}

interface StreamedJob {
  readonly expected: string;
  output: string;
  ends: number;
}

interface JobStream {
  /** The gateway of the present client goes: the others are submitted, and those under way read, with this one. */
  goOnWith(user: TestClient): void;
  /** Submits no more, and waits for those under way. */
  end(): Promise<readonly StreamedJob[]>;
  stop(): void;
}

const PAUSE_MS = 1_500;

/** Submits a small job again and again, as often as one user may. */
function startStream(first: TestClient): JobStream {
  let user = first;
  let isOver = false;
  const jobs: StreamedJob[] = [];
  const run = async (number: number): Promise<void> => {
    const expected = `job ${number}\n`;
    const idempotencyKey = `stream-of-the-upgrade-${number}`;
    const entry: StreamedJob = { expected, output: '', ends: 0 };
    jobs.push(entry);
    for (;;) {
      const client = user;
      try {
        const submitted = { language: 'bash', files: [{ content: `echo job ${number}` }], idempotencyKey };
        const { job } = await client.submit('', submitted);
        await client.next(endOf(job));
        entry.output = client.outputOf(job);
        entry.ends += client.messages.filter(endOf(job)).length;
        return;
      } catch (error) {
        // Its gateway went; the same submit elsewhere gives the same job, from its first event on.
        if (client === user && isOver) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const running: Promise<void>[] = [];
  const timer = setInterval(() => running.push(run(running.length)), PAUSE_MS);
  return {
    goOnWith: (next) => (user = next),
    end: async () => {
      clearInterval(timer);
      await Promise.all(running);
      return jobs;
    },
    stop: () => {
      isOver = true;
      clearInterval(timer);
      user.socket.terminate();
    },
  };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../../modules/local/free-port';
import { buildPage } from '../../../tools/artifacts/build/page';
import { ALL_IN_ONE, preparePlayground } from '../../../tools/local-runner/prepare-playground';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { createQueues, sqsEnvironment } from '../../kit/engines/simulated-sqs';
import { endProcess } from '../../kit/engines/end-process';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { connect, endOf, type Message, type TestClient } from '../../kit/gateway/test-client';
import { requireTool } from '../../kit/require-tool';

/** Says that it runs, waits until it is told something, and says what. */
const ECHO = 'print("running", flush=True)\nprint("heard", input(), flush=True)\n';

/** Of the ten seconds that a program may run, what leaves five for a drain. */
const LEFT_TO_BEGIN_MS = 4_000;

/** Gateways and runners as processes of their own, on a real Redis and a simulated SQS; each is killed as a crash does it. */
describe('the playground when parts of it die', () => {
  requireTool(['root', 'crun', 'gcc', 'python3', 'redis-server', 'moto_server']);
  jest.setTimeout(180_000);
  let moto: Moto;
  let redis: RedisServer;
  let variables: Record<string, string>;
  const children: ChildProcess[] = [];
  const clients: TestClient[] = [];

  beforeAll(async () => {
    const settings = await preparePlayground('crun', buildPage());
    [moto, redis] = await Promise.all([startMoto(), startRedis()]);
    const { queueUrl, deadLetterQueueUrl } = await createQueues(moto.endpoint);
    variables = {
      ...settings,
      SANDPIPER_ALLOW_ANONYMOUS: 'true',
      SANDPIPER_SLOTS: '2',
      SANDPIPER_DRAIN_SECONDS: '5',
      ...sqsEnvironment,
      SANDPIPER_QUEUE: queueUrl,
      SANDPIPER_DEAD_LETTERS: deadLetterQueueUrl,
      SANDPIPER_EVENTS: `redis://127.0.0.1:${redis.port}`,
      // The least that a queue takes: what a dead runner held comes back so much later.
      SANDPIPER_LEASE_SECONDS: '10',
    };
  }, 180_000);

  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.terminate();
    await Promise.all(children.splice(0).map((child) => endProcess(child, 'SIGTERM')));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([moto?.stop(), redis?.stop()]);
  });

  async function startPlayground(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
    const port = await freePort();
    const [program, ...args] = ALL_IN_ONE;
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, ...variables, PORT: String(port), APP_JWT_SECRET: 'secret' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr!.on('data', (data: Buffer) => (errors += data.toString()));
    children.push(child);
    const url = `http://127.0.0.1:${port}`;
    for (;;) {
      if (child.exitCode !== null) throw new Error(errors);
      const isHealthy = await fetch(`${url}/healthz`).then(
        ({ status }) => status === 204,
        () => false,
      );
      if (isHealthy) return { url, child };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function clientOf(url: string): Promise<TestClient> {
    const client = await connect(url);
    clients.push(client);
    return client;
  }

  const submit = (client: TestClient) =>
    client.submit('', { language: 'python', files: [{ content: ECHO }], stdinOpen: true });
  const output = (client: TestClient, job: string, text: string) =>
    client.next(() => client.outputOf(job).includes(text));

  /**
   * Begins a job where there is one runner, then starts another. A program may run for ten seconds: on a busy machine one whose time is
   * nearly up when the other has started is let go, for another.
   */
  async function beginBeforeSecond(client: TestClient) {
    for (;;) {
      const { job, token } = await submit(client);
      await output(client, job, 'running');
      const begun = Date.now();
      const second = await startPlayground();
      if (Date.now() - begun < LEFT_TO_BEGIN_MS) return { job, token, second };
      await endProcess(second.child, 'SIGTERM');
      await client.next(endOf(job));
    }
  }

  /** Answers the program until it ends, then looks at all that was told of the job. */
  async function finish(client: TestClient, job: string): Promise<void> {
    client.send({ type: 'stdin', job, data: 'word\n' });
    expect(await client.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 0 });
    expect(client.outputOf(job)).toBe('running\nheard word\n');
    const events = client.messages.filter((message) => message.job === job && message.seq !== undefined);
    expect(events.filter(endOf(job))).toHaveLength(1);
    for (const own of byEpoch(events))
      expect(own.map(({ seq }) => seq)).toEqual(numbersFrom(Number(own[0]!.seq), own.length));
  }

  it('runs a job again on another runner when the first is killed, with its gateway, and its client resumes there', async () => {
    const first = await startPlayground();
    const client = await clientOf(first.url);
    const { job, token, second } = await beginBeforeSecond(client);
    await endProcess(first.child, 'SIGKILL');
    const seen = client.messages.filter(({ seq }) => seq !== undefined).at(-1)!;
    const other = await clientOf(second.url);
    other.send({ type: 'resume', job, token, after: { epoch: seen.epoch, seq: seen.seq } });
    await output(other, job, 'running');
    expect(other.messages.find(({ type }) => type === 'reset')).toMatchObject({ attempt: 2, seq: 1 });
    await finish(other, job);
  });

  it('gives a job to another runner when its own is told to stop, and counts no attempt', async () => {
    const first = await startPlayground();
    const client = await clientOf(first.url);
    const { job, token, second } = await beginBeforeSecond(client);
    const stopped = endProcess(first.child, 'SIGTERM');
    expect((await client.closed).code).toBe(1001);
    expect(client.messages.at(-1)).toEqual({ type: 'goingAway' });
    const own = client.messages.filter((message) => message.job === job && message.epoch !== undefined);
    const other = await clientOf(second.url);
    other.send({ type: 'resume', job, token });
    await stopped;
    await other.next((message) => message.type === 'reset' && message.epoch !== own[0]!.epoch);
    await output(other, job, 'running');
    await finish(other, job);
    expect(other.messages.filter(({ type }) => type === 'reset').at(-1)).toMatchObject({ attempt: 1 });
  });

  it('bears a Redis that is gone for a while and comes back empty: the job starts again, on the same connection', async () => {
    const { url } = await startPlayground();
    const client = await clientOf(url);
    const { job } = await submit(client);
    await output(client, job, 'running');
    const { epoch } = client.messages.find((message) => message.epoch !== undefined)!;
    await redis.kill();
    expect((await fetch(`${url}/healthz`)).status).toBe(204);
    await expect(submit(client)).rejects.toThrow(/unavailable.*retryAfterMs/);
    await redis.start();
    await client.next((message) => message.type === 'reset' && message.epoch !== epoch);
    await output(client, job, 'running');
    await finish(client, job);
  });
});

function byEpoch(events: readonly Message[]): readonly (readonly Message[])[] {
  return [...new Set(events.map(({ epoch }) => epoch))].map((epoch) => events.filter((event) => event.epoch === epoch));
}

function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

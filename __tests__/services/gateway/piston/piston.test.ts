import WebSocket from 'ws';
import { piston } from '../../../../services/gateway/piston/piston';
import { runByPistonClient } from '../../../kit/gateway/piston-client';
import { openTestGateway, type TestGateway } from '../../../kit/gateway/test-gateway';

const BODY = { language: 'script', version: '*', files: [{ content: 'print hello\nexit 2' }] };
let gateway: TestGateway;

beforeEach(async () => {
  gateway = await openTestGateway({ protocols: [piston], settings: { jobBurst: 5, jobsPerSecond: 0.01 } });
  gateway.startRunner();
});

afterEach(() => gateway.close());

async function execute(body: unknown) {
  const answer = await fetch(`${gateway.url}/api/v2/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}

interface Talk {
  readonly messages: readonly Record<string, unknown>[];
  send(message: unknown): void;
  until(type: string): Promise<Record<string, unknown>>;
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
}

async function talk(): Promise<Talk> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v2/connect`);
  const messages: Record<string, unknown>[] = [];
  const wakers = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Record<string, unknown>);
    for (const wake of [...wakers]) wake();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    messages,
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (type) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.find((message) => message.type === type);
          if (!found) return;
          wakers.delete(look);
          resolve(found);
        };
        wakers.add(look);
        look();
      }),
  };
}

describe('Piston’s HTTP API', () => {
  it('lists runtimes with semantic versions', async () => {
    expect(await (await fetch(`${gateway.url}/api/v2/runtimes`)).json()).toEqual([
      { language: 'script', version: '2.1.0', aliases: ['scr'] },
      { language: 'script', version: '1.0.0', aliases: ['scr'] },
    ]);
  });

  it('runs a program', async () => {
    const { status, body } = await execute({ ...BODY, version: '1.x' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ language: 'script', version: '1.0.0' });
    expect(body.run).toMatchObject({
      stdout: 'hello\n',
      output: 'hello\n',
      code: 2,
      signal: null,
      status: 'RE',
      wall_time: 1,
    });
    expect(body.compile).toBeUndefined();
  });

  it('refuses in Piston’s words, and says when too much was asked', async () => {
    expect(await execute({})).toMatchObject({ status: 400, body: { message: 'language is required as a string' } });
    expect(await execute({ ...BODY, version: '9.9.9' })).toMatchObject({
      status: 400,
      body: { message: 'script-9.9.9 runtime is unknown' },
    });
    expect(await execute({ ...BODY, files: [{ name: '../x', content: '' }] })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('files.0.name') },
    });
    let answer = await execute(BODY);
    while (answer.status === 200) answer = await execute(BODY);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1);
  });

  it('answers on the paths of Piston’s public instance too', async () => {
    const runtimes = await (await fetch(`${gateway.url}/api/v2/piston/runtimes`)).json();
    expect(runtimes).toHaveLength(2);
    const answer = await fetch(`${gateway.url}/api/v2/piston/execute`, { method: 'POST', body: JSON.stringify(BODY) });
    expect(await answer.json()).toMatchObject({ run: { stdout: 'hello\n', code: 2 } });
  });

  it('cancels the job of a client that leaves while it is submitted', async () => {
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let isCreated = (_: string): void => undefined;
    const created = new Promise<string>((resolve) => (isCreated = resolve));
    const createJob = gateway.store.jobs.createJob.bind(gateway.store.jobs);
    jest.spyOn(gateway.store.jobs, 'createJob').mockImplementation(async (job) => {
      isAsked();
      await held;
      const answer = await createJob(job);
      isCreated(job.id);
      return answer;
    });
    const leaving = new AbortController();
    const body = JSON.stringify({ ...BODY, files: [{ content: 'wait' }] });
    const fetched = fetch(`${gateway.url}/api/v2/execute`, { method: 'POST', body, signal: leaving.signal });
    await asked;
    leaving.abort();
    await expect(fetched).rejects.toThrow();
    // Long enough for the gateway to learn of it; if not, it learns of it a little later, with the same end.
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn();
    const job = await created;
    for await (const { event } of gateway.store.jobs.follow(job, undefined, AbortSignal.timeout(20_000))) {
      if (event.type === 'exit') expect(event).toMatchObject({ reason: 'cancelled' });
    }
    expect(await gateway.store.jobs.findJob(job)).toMatchObject({ state: 'ended' });
  });

  it('serves the published client, unchanged', async () => {
    const { runtimes, result } = await runByPistonClient(gateway.url, 'script', 'print hello\nexit 0');
    expect(runtimes).toHaveLength(2);
    expect(result).toMatchObject({ language: 'script', version: '2.1.0', run: { stdout: 'hello\n', code: 0 } });
  });
});

describe('Piston’s WebSocket', () => {
  it('tells runtime, stage, data and exit, and closes with 4999', async () => {
    const { messages, send, closed } = await talk();
    send({ type: 'init', ...BODY });
    expect(await closed).toBe(4999);
    expect(messages).toEqual([
      { type: 'runtime', language: 'script', version: '2.1.0' },
      { type: 'stage', stage: 'run' },
      { type: 'data', stream: 'stdout', data: 'hello\n' },
      expect.objectContaining({ type: 'exit', stage: 'run', code: 2, signal: null }),
    ]);
  });

  it('takes input while the program runs, and signals arrive', async () => {
    const { messages, send, until, closed } = await talk();
    send({ type: 'init', ...BODY, files: [{ content: 'echo' }] });
    send({ type: 'data', stream: 'stdin', data: 'typed' });
    expect(await until('data')).toEqual({ type: 'data', stream: 'stdout', data: 'typed' });
    send({ type: 'signal', signal: 'SIGUSR1' });
    while (messages.at(-1)!.data !== 'SIGUSR1\n') await new Promise((resolve) => setTimeout(resolve, 5));
    send({ type: 'data', stream: 'stdout', data: '' });
    expect(await closed).toBe(4004);
  });

  it('cancels the job of a socket that closes', async () => {
    const createJob = jest.spyOn(gateway.store.jobs, 'createJob');
    const { send, until, socket } = await talk();
    send({ type: 'init', ...BODY, files: [{ content: 'print on\nwait' }] });
    await until('data');
    const job = createJob.mock.calls[0]![0].id;
    socket.terminate();
    for await (const { event } of gateway.store.jobs.follow(job, undefined, AbortSignal.timeout(20_000))) {
      if (event.type === 'exit') expect(event).toMatchObject({ reason: 'cancelled' });
    }
    expect(await gateway.store.jobs.findJob(job)).toMatchObject({ state: 'ended' });
  });

  it('lets a job end when the gateway ends, and cancels it only when time is up', async () => {
    const ending = await talk();
    ending.send({ type: 'init', ...BODY, files: [{ content: 'print on\necho\nexit 0' }] });
    await ending.until('data');
    const other = await openTestGateway({ beside: gateway, protocols: [piston], settings: { drainMs: 20_000 } });
    const late = new WebSocket(`${other.url.replace('http', 'ws')}/api/v2/connect`);
    const lateMessages: string[] = [];
    late.on('message', (data: Buffer) => lateMessages.push(data.toString()));
    await new Promise((resolve) => late.once('open', resolve));
    late.send(JSON.stringify({ type: 'init', ...BODY, files: [{ content: 'print on\nexit 0' }] }));
    const lateClosed = new Promise<number>((resolve) => late.once('close', resolve));
    while (lateMessages.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await other.close();
    expect(await lateClosed).toBe(4999);
    expect(lateMessages.join()).toContain('"exit"');
    await gateway.close();
    expect(await ending.closed).toBe(1001);
  });

  it.each([
    ['input without data', { type: 'data', stream: 'stdin' }, 'data is required as a string'],
    ['too much input at once', { type: 'data', stream: 'stdin', data: 'x'.repeat(65_537) }, 'at most 65536 bytes'],
  ])('refuses %s', async (_, message, words) => {
    const { messages, send, closed } = await talk();
    send({ type: 'init', ...BODY, files: [{ content: 'echo' }] });
    send(message);
    expect(await closed).toBe(4002);
    expect(messages.at(-1)).toEqual({ type: 'error', message: expect.stringContaining(words) });
  });

  it.each([
    ['a second init', [{ type: 'init', ...BODY, files: [{ content: 'wait' }] }, { type: 'init' }], 4000],
    ['nothing', [], 4001],
    ['an init that is refused', [{ type: 'init' }], 4002],
    ['what is no JSON', ['{'], 4002],
    ['input before init', [{ type: 'data', stream: 'stdin', data: '' }], 4003],
    ['a signal before init', [{ type: 'signal', signal: 'SIGINT' }], 4003],
    [
      'an unknown signal',
      [
        { type: 'init', ...BODY, files: [{ content: 'wait' }] },
        { type: 'signal', signal: 'SIGX' },
      ],
      4005,
    ],
  ])('closes after %s', async (_, messages, code) => {
    const talking = await talk();
    for (const message of messages) talking.send(message);
    expect(await talking.closed).toBe(code);
    if (code === 4002) expect(talking.messages.at(-1)).toMatchObject({ type: 'error' });
  });
});

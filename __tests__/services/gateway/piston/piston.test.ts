import WebSocket from 'ws';
import { piston } from '../../../../services/gateway/piston/piston';
import { runByPistonClient } from '../../../support/gateway/piston-client';
import { openTestGateway, type TestGateway } from '../../../support/gateway/test-gateway';

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
    const { send, until, socket } = await talk();
    send({ type: 'init', ...BODY, files: [{ content: 'print on\nwait' }] });
    await until('data');
    const [job] = await gateway.store.overdue(Infinity, 1);
    socket.terminate();
    for await (const { event } of gateway.store.follow(job!, undefined, AbortSignal.timeout(20_000))) {
      if (event.type === 'exit') expect(event).toMatchObject({ reason: 'cancelled' });
    }
    expect(await gateway.store.findJob(job!)).toMatchObject({ state: 'ended' });
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

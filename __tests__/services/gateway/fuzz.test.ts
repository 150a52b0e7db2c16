import * as fc from 'fast-check';
import * as net from 'node:net';
import { connect, endOf, type TestClient } from '../../kit/gateway/test-client';
import { openTestGateway, type TestGateway } from '../../kit/gateway/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await openTestGateway({
    settings: { maximumMessageBytes: 100_000, jobBurst: 10_000, jobsPerSecond: 10_000, maximumJobsPerOwner: 10_000 },
  });
  gateway.startRunner();
});

afterAll(() => gateway.close());

/** After whatever happened, a well-behaved client is served. */
async function stillServes(): Promise<void> {
  const client = await connect(gateway.url);
  const { job } = await client.submit('print fine');
  await client.next(endOf(job));
  expect(client.outputOf(job)).toBe('fine\n');
  client.close();
}

async function answered(client: TestClient, count: number): Promise<void> {
  client.send({ type: 'ping' });
  await client.next(({ type }) => type === 'pong').catch(() => undefined);
  expect(client.messages.filter(({ type }) => type === 'error').length).toBeGreaterThanOrEqual(count);
}

describe('whatever a client sends', () => {
  it('is answered with an error, and the gateway goes on', async () => {
    const odd = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ type: fc.oneof(fc.string(), fc.constantFrom('stdin', 'resume', 'cancel', 'signal')), job: fc.json() })
        .map((message) => JSON.stringify(message)),
      fc
        .record({ type: fc.constant('submit'), language: fc.anything(), files: fc.anything(), args: fc.anything() })
        .map((message) =>
          JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 20 }), async (messages) => {
        const client = await connect(gateway.url);
        for (const message of messages) client.socket.send(message);
        await answered(client, messages.length);
        client.socket.terminate();
      }),
      { numRuns: 60 },
    );
    await stillServes();
  });

  it('names an unknown type, and ignores unknown fields', async () => {
    const client = await connect(gateway.url);
    client.send({ type: 'dance' });
    expect(await client.next(({ type }) => type === 'error')).toMatchObject({
      code: 'invalidMessage',
      message: expect.stringContaining('type'),
    });
    const { job } = await client.submit('print x', { fromTheFuture: { a: 1 } });
    await client.next(endOf(job));
    client.close();
  });

  it('may be binary, too large or never end', async () => {
    const binary = await connect(gateway.url);
    binary.socket.send(Buffer.from([0, 1, 2]));
    expect(await binary.next(({ type }) => type === 'error')).toMatchObject({
      message: 'messages are text, not binary',
    });
    binary.socket.terminate();
    const large = await connect(gateway.url);
    large.socket.send('x'.repeat(200_000));
    expect((await large.closed).code).toBe(1009);
    await stillServes();
  });

  it('is borne so often, then the connection is closed', async () => {
    const client = await connect(gateway.url);
    for (let n = 0; n < 60; n++) client.socket.send('{}');
    expect((await client.closed).code).toBe(4003);
  });

  it('is not read faster than it can be answered, and nothing of it is lost', async () => {
    const store = gateway.store.jobs;
    const client = await connect(gateway.url);
    const { findJob } = store;
    let asked = 0;
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    store.findJob = async (job) => {
      asked++;
      await opened;
      return findJob.call(store, job);
    };
    try {
      // More than the buffers of the kernel hold: as long as nothing is answered, the gateway leaves it to the client.
      const padding = 'x'.repeat(90_000);
      for (let n = 0; n < 400; n++) {
        client.send({ type: 'resume', job: `job-${n}`, token: 'x'.repeat(43), padding });
      }
      while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      // Time enough for a gateway that reads on to have read all of it.
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(client.socket.bufferedAmount).toBeGreaterThan(0);
      open();
      await client.next(({ job }) => job === 'job-399');
      expect(client.messages.filter(({ code }) => code === 'notFound')).toHaveLength(400);
    } finally {
      open();
      store.findJob = findJob;
      client.socket.terminate();
    }
  });

  it('may be nothing: silent and half-open connections are ended', async () => {
    const hasty = await openTestGateway({ settings: { initTimeoutMs: 50 } });
    const watchful = await openTestGateway({ settings: { heartbeatMs: 100 } });
    try {
      const silent = await connect(hasty.url);
      expect((await silent.closed).code).toBe(4000);
      const dead = await connect(watchful.url, { autoPong: false });
      dead.send({ type: 'ping' });
      expect((await dead.closed).code).toBe(1006);
    } finally {
      await hasty.close();
      await watchful.close();
    }
  });

  it('may be no WebSocket at all', async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = net.connect(gateway.port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (data: Buffer) => (answer += data.toString()));
        socket.on('error', reject).on('close', () => resolve(answer));
        socket.setTimeout(20_000, () => socket.destroy());
      });
    const upgrade = 'Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await raw(`GET /elsewhere HTTP/1.1\r\nHost: x\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 404/);
    expect(await raw(`GET /v1/ws HTTP/1.1\r\nHost: x\r\nOrigin: https://evil\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 403/);
    expect(await raw(`GET /v1/ws HTTP/1.1\r\nHost: x\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 400/);
    await stillServes();
  });
});

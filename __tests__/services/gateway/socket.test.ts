import { StoreUnavailableError } from '../../../services/engines/event-store/event-store';
import { connect, endOf, type TestClient } from '../../kit/gateway/test-client';
import { openTestGateway, type TestGateway, type TestGatewayOptions } from '../../kit/gateway/test-gateway';

let opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened = [];
});

async function gatewayWith(options: TestGatewayOptions = {}, runners = 1): Promise<TestGateway> {
  const gateway = await openTestGateway(options);
  opened.push(gateway);
  for (let n = 0; n < runners; n++) gateway.startRunner();
  return gateway;
}

async function clientOf(gateway: TestGateway): Promise<TestClient> {
  const client = await connect(gateway.url);
  opened.push(client);
  return client;
}

function output(client: TestClient, job: string, text: string): Promise<unknown> {
  return client.next(() => client.outputOf(job).includes(text));
}

describe('the native WebSocket', () => {
  it('runs a job: accepted, queued, then numbered events up to the exit', async () => {
    const client = await clientOf(await gatewayWith());
    const { job } = await client.submit('print hello\nexit 4');
    expect(await client.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 4 });
    const own = client.messages.filter((message) => message.job === job);
    expect(own.map(({ type }) => type)).toEqual(['accepted', 'queued', 'reset', 'stage', 'stdout', 'usage', 'exit']);
    expect(own.slice(2).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(own[0]).toMatchObject({ language: 'script', version: '2.1.0' });
  });

  it('carries several jobs, input and signals on one connection', async () => {
    const client = await clientOf(await gatewayWith());
    const [one, two] = [
      await client.submit('echo', { stdinOpen: true }),
      await client.submit('echo', { stdinOpen: true }),
    ];
    client.send({ type: 'stdin', job: one.job, data: 'uno ' });
    client.send({ type: 'stdin', job: two.job, data: 'dos ' });
    client.send({ type: 'stdin', job: one.job, data: Buffer.from('ž').toString('base64'), encoding: 'base64' });
    await output(client, two.job, 'dos');
    client.send({ type: 'signal', job: two.job, signal: 'SIGUSR1' });
    await output(client, two.job, 'SIGUSR1');
    client.send({ type: 'stdinClose', job: one.job });
    client.send({ type: 'stdinClose', job: two.job });
    await Promise.all([client.next(endOf(one.job)), client.next(endOf(two.job))]);
    expect(client.outputOf(one.job)).toBe('uno ž');
    expect(client.outputOf(two.job)).toBe('dos SIGUSR1\n');
  });

  it('cancels a job', async () => {
    const client = await clientOf(await gatewayWith());
    const { job } = await client.submit('print on\nwait');
    await output(client, job, 'on');
    client.send({ type: 'cancel', job });
    expect(await client.next(endOf(job))).toMatchObject({ reason: 'cancelled' });
  });

  it('resumes a job on another gateway after the last event that was seen', async () => {
    const first = await gatewayWith();
    const second = await gatewayWith({ beside: first }, 0);
    const client = await clientOf(first);
    const { job, token } = await client.submit('print one\necho', { stdinOpen: true });
    const seen = await client.next((message) => message.type === 'stdout');
    client.socket.terminate();
    const other = await clientOf(second);
    other.send({ type: 'resume', job, token, after: { epoch: seen.epoch, seq: seen.seq } });
    other.send({ type: 'stdin', job, data: 'two' });
    other.send({ type: 'stdinClose', job });
    await other.next(endOf(job));
    expect(other.outputOf(job)).toBe('two');
    expect(other.messages.find((message) => message.job === job)!.seq).toBe(Number(seen.seq) + 1);
  });

  it('shows a job from its beginning to a client that resumes without a position, also when it has ended', async () => {
    const gateway = await gatewayWith();
    const client = await clientOf(gateway);
    const { job, token } = await client.submit('print one');
    await client.next(endOf(job));
    const other = await clientOf(gateway);
    other.send({ type: 'resume', job, token });
    await other.next(endOf(job));
    expect(other.outputOf(job)).toBe('one\n');
  });

  it('asks for patience when a job is resumed that the store has lost, until its deadline', async () => {
    const gateway = await gatewayWith({}, 0);
    const client = await clientOf(gateway);
    const { job, token } = await client.submit('print');
    await gateway.store.jobs.forgetJob(job);
    const other = await clientOf(gateway);
    other.send({ type: 'resume', job, token });
    expect(await other.next(({ type }) => type === 'error')).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 2_000,
    });
    const later = await gatewayWith({ beside: gateway, settings: { jobDeadlineMs: 0 } }, 0);
    const late = await clientOf(later);
    late.send({ type: 'resume', job, token });
    expect(await late.next(({ type }) => type === 'error')).toMatchObject({ code: 'notFound' });
  });

  it('shows a job to nobody without its token', async () => {
    const gateway = await gatewayWith();
    const { job } = await (await clientOf(gateway)).submit('print secret\nwait');
    const thief = await clientOf(gateway);
    thief.send({ type: 'resume', job, token: 'x'.repeat(43) });
    expect(await thief.next(({ type }) => type === 'error')).toMatchObject({ code: 'notFound', job });
    thief.send({ type: 'cancel', job });
    await thief.next((message) => message !== thief.messages[0] && message.type === 'error');
    expect(thief.outputOf(job)).toBe('');
    expect(await gateway.store.jobs.findJob(job)).toMatchObject({ state: 'running' });
  });

  it('cancels a job whose client does not come back in time', async () => {
    const gateway = await gatewayWith({ settings: { resumeGraceMs: 50 } });
    const client = await clientOf(gateway);
    const { job } = await client.submit('print on\nwait');
    await output(client, job, 'on');
    client.close();
    const events = [];
    for await (const stored of gateway.store.jobs.follow(job, undefined, AbortSignal.timeout(20_000)))
      events.push(stored);
    expect(events.at(-1)!.event).toMatchObject({ reason: 'cancelled' });
  });

  it('gives the same job for the same idempotency key, on another gateway too', async () => {
    const first = await gatewayWith();
    const second = await gatewayWith({ beside: first }, 0);
    const idempotencyKey = 'k'.repeat(20);
    const one = await (await clientOf(first)).submit('print once', { idempotencyKey });
    const again = await clientOf(second);
    const two = await again.submit('print once', { idempotencyKey });
    expect(two).toMatchObject({ job: one.job, token: one.token });
    await again.next(endOf(two.job));
    expect(again.outputOf(two.job)).toBe('once\n');
  });

  it('queues a job when its submit is repeated, if the store was lost between the record and the queue', async () => {
    const gateway = await gatewayWith();
    const createJob = gateway.store.jobs.createJob.bind(gateway.store.jobs);
    jest.spyOn(gateway.store.jobs, 'createJob').mockImplementationOnce(async (job) => {
      await createJob(job);
      throw new StoreUnavailableError('the answer was lost');
    });
    const client = await clientOf(gateway);
    const idempotencyKey = 'k'.repeat(20);
    await expect(client.submit('print once', { idempotencyKey })).rejects.toThrow('unavailable');
    const { job } = await client.submit('print once', { idempotencyKey });
    expect(await client.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok' });
    expect(client.outputOf(job)).toBe('once\n');
  });

  it('runs a job once that a repeated submit has queued twice, and queues none that has begun', async () => {
    const gateway = await gatewayWith({}, 0);
    const client = await clientOf(gateway);
    const idempotencyKey = 'k'.repeat(20);
    const { job } = await client.submit('print once\necho', { idempotencyKey, stdinOpen: true });
    await client.submit('print once\necho', { idempotencyKey, stdinOpen: true });
    expect((await gateway.queue.depth()).waiting).toBe(2);
    gateway.startRunner();
    await output(client, job, 'once');
    const send = jest.spyOn(gateway.queue, 'send');
    await client.submit('print once\necho', { idempotencyKey, stdinOpen: true });
    expect(send).not.toHaveBeenCalled();
    client.send({ type: 'stdinClose', job });
    await client.next(endOf(job));
    expect(client.outputOf(job)).toBe('once\n');
    expect(client.messages.filter(endOf(job))).toHaveLength(1);
  });

  it('tells its clients to go on elsewhere when it closes', async () => {
    const gateway = await openTestGateway();
    const client = await connect(gateway.url);
    await gateway.close();
    expect((await client.closed).code).toBe(1001);
    expect(client.messages.at(-1)).toEqual({ type: 'goingAway' });
  });

  it('refuses an unknown language and version with what there is', async () => {
    const client = await clientOf(await gatewayWith());
    await expect(client.submit('print', { language: 'cobol' })).rejects.toThrow('there are script');
    await expect(client.submit('print', { version: '9' })).rejects.toThrow('there are 2.1.0, 1.0.0');
  });

  it('refuses more jobs than its settings allow, with a time to try again', async () => {
    const client = await clientOf(await gatewayWith({ settings: { jobBurst: 2, jobsPerSecond: 0.01 } }));
    await client.submit('print');
    await client.submit('print');
    await expect(client.submit('print')).rejects.toThrow(/rateLimited.*retryAfterMs":\d+/);
    const busy = await clientOf(await gatewayWith({ settings: { maximumJobsPerConnection: 1 } }));
    await busy.submit('wait');
    await expect(busy.submit('print')).rejects.toThrow('tooManyJobs');
    busy.send({ type: 'resume', job: 'another', token: 'x'.repeat(43) });
    expect(await busy.next(({ job }) => job === 'another')).toMatchObject({ type: 'error', code: 'tooManyJobs' });
    const owner = await gatewayWith({ settings: { maximumJobsPerOwner: 1 } });
    await (await clientOf(owner)).submit('wait');
    await expect((await clientOf(owner)).submit('print')).rejects.toThrow('tooManyJobs');
  });

  it('frees a job’s place when it ends', async () => {
    const client = await clientOf(await gatewayWith({ settings: { maximumJobsPerOwner: 1 } }));
    for (let n = 0; n < 3; n++) {
      const { job } = await client.submit('print');
      await client.next(endOf(job));
    }
  });

  it('refuses a job at once that would wait too long', async () => {
    const gateway = await gatewayWith({ settings: { maximumQueueWaitMs: 0, slots: 1, meanJobMs: 1_000 } }, 0);
    for (const id of ['one', 'two']) {
      await gateway.store.jobs.createJob({
        id,
        owner: 'o',
        language: 'l',
        deadlineMs: Date.now() + 60_000,
        retentionMs: 1,
      });
    }
    const client = await clientOf(gateway);
    await expect(client.submit('print')).rejects.toThrow(/overloaded.*retryAfterMs":2000/);
  });

  it('answers unavailable when the queue is away, and stays healthy; nothing is left of the job', async () => {
    const gateway = await gatewayWith({}, 0);
    gateway.queue.send = () => Promise.reject(Object.assign(new Error('away'), { code: 'unavailable' }));
    const client = await clientOf(gateway);
    await expect(client.submit('print', { idempotencyKey: 'i'.repeat(16) })).rejects.toThrow(
      /unavailable.*retryAfterMs/,
    );
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(204);
    expect(await gateway.store.presence.load()).toMatchObject({ waiting: 0, running: 0 });
  });

  it('refuses a job that no queue carries', async () => {
    const client = await clientOf(await gatewayWith());
    const noise = Array.from({ length: 400_000 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 94))).join(
      '',
    );
    await expect(client.submit(noise)).rejects.toThrow('payloadTooLarge');
  });

  it('tells a slow reader, which may resume', async () => {
    const gateway = await gatewayWith({ settings: { maximumBufferedBytes: 200_000 } });
    const client = await clientOf(gateway);
    const { job, token } = await client.submit('echo', { stdinOpen: true });
    client.socket.pause();
    // The buffers of the kernel come first: they hold some megabytes on loopback.
    const writer = await clientOf(gateway);
    writer.send({ type: 'resume', job, token, after: undefined });
    for (let n = 0; n < 300; n++) {
      await gateway.store.jobs.command(job, { type: 'stdin', data: 'x'.repeat(65_536) });
      if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await gateway.store.jobs.command(job, { type: 'stdinClose' });
    await writer.next(endOf(job)).catch(() => undefined);
    client.socket.resume();
    expect((await client.closed).code).toBe(4002);
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'slowReader' });
    const last = client.messages.filter(({ seq }) => seq !== undefined).at(-1)!;
    const again = await clientOf(gateway);
    again.send({ type: 'resume', job, token, after: { epoch: last.epoch, seq: last.seq } });
    const next = await again.next((message) => message.job === job);
    expect(next.seq).toBe(Number(last.seq) + 1);
  });
});

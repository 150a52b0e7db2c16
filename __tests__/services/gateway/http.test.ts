import { SignJWT } from 'jose';
import { clientAddress } from '../../../services/gateway/client-address';
import { openTestGateway, SECRET, type TestGateway, type TestGatewayOptions } from '../../kit/gateway/test-gateway';
import { connect } from '../../kit/gateway/test-client';

let gateway: TestGateway;

async function open(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await openTestGateway(options);
  gateway.startRunner();
}

afterEach(() => gateway?.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json');
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

function script(content: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { language: 'script', files: [{ content }], ...more };
}

function token(claims: Record<string, unknown>, algorithm = 'HS256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(new TextEncoder().encode(SECRET));
}

describe('/v1/runs', () => {
  it('runs a program and answers with its result', async () => {
    await open();
    const { status, body } = await ask('POST', '/v1/runs', script('print hello\nexit 3'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'ended', language: 'script', version: '2.1.0' });
    expect(body.result).toMatchObject({ reason: 'ok', exitCode: 3, stdout: 'hello\n', stderr: '' });
    expect(body.result.usage).toEqual([expect.objectContaining({ stage: 'run', wallMs: 1 })]);
  });

  it('answers at once where that is preferred, then tells state, events and result', async () => {
    await open();
    const { status, headers, body } = await ask('POST', '/v1/runs', script('print on\nwait'), {
      prefer: 'respond-async',
    });
    expect(status).toBe(202);
    const path = headers.get('location')!;
    const own = { 'x-resume-token': body.token };
    for (let isOn = false; !isOn;) {
      const { events } = (await ask('GET', `${path}/events`, undefined, own)).body;
      isOn = events.some((event: any) => event.type === 'stdout');
    }
    expect((await ask('GET', path, undefined, own)).body).toMatchObject({ state: 'running' });
    expect((await ask('DELETE', path, undefined, own)).status).toBe(204);
    for (let state = ''; state !== 'ended';) ({ state } = (await ask('GET', path, undefined, own)).body);
    const { events } = (await ask('GET', `${path}/events`, undefined, own)).body;
    const [first, last] = [events[0], events.at(-1)];
    expect(last).toMatchObject({ type: 'exit', reason: 'cancelled' });
    const rest = await ask('GET', `${path}/events?after=${first.epoch}:${first.seq}`, undefined, own);
    expect(rest.body.events).toEqual(events.slice(1));
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('gathers output that came as base64', async () => {
    await open();
    const { body } = await ask('POST', '/v1/runs', script('print a\nprint b', { outputEncoding: 'base64' }));
    expect(Buffer.from(body.result.stdout, 'base64').toString()).toBe('a\nb\n');
  });

  it.each([
    ['nothing', {}, 'files'],
    ['no file', { language: 'script', files: [] }, 'files'],
    ['a name that leads out', { language: 'script', files: [{ name: '../x', content: '' }] }, 'files.0.name'],
    ['a number for a language', { language: 7, files: [{ content: '' }] }, 'language'],
    ['no JSON', '{', 'JSON'],
  ])('refuses %s by the name of the field', async (_, body, field) => {
    await open();
    const answer = await ask('POST', '/v1/runs', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'invalidMessage', message: expect.stringContaining(field) });
  });

  it('tells when to try again', async () => {
    await open({ settings: { jobBurst: 1, jobsPerSecond: 0.1 } });
    await ask('POST', '/v1/runs', script('print'));
    const { status, headers, body } = await ask('POST', '/v1/runs', script('print'));
    expect([status, body.error.code]).toEqual([429, 'rateLimited']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(5);
  });

  it('refuses a body that is too large', async () => {
    await open({ settings: { maximumMessageBytes: 2_000 } });
    expect((await ask('POST', '/v1/runs', script('x'.repeat(3_000)))).status).toBe(413);
  });
});

describe('who asks', () => {
  it('needs a token where anonymous use is off, and takes those of the user API', async () => {
    await open({ settings: { allowAnonymous: false } });
    const run = async (authorization?: string) =>
      ask('POST', '/v1/runs', script('print'), authorization === undefined ? {} : { authorization });
    expect(await run()).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
    expect((await run(`Bearer ${await token({ user_id: 1 })}`)).status).toBe(200);
    expect((await run(`bearer ${await token({ user_id: 'a' })}`)).status).toBe(200);
    for (const [bad, reason] of [
      [await token({ user_id: 1, exp: 1_000 }), 'expired'],
      [await token({ user_id: 1, nbf: 9_999_999_999 }), 'nbf'],
      [await token({}), 'user_id'],
      [await token({ user_id: 1 }, 'HS512'), 'HS256'],
      [`${(await token({ user_id: 1 })).slice(0, -4)}AAAA`, 'signature'],
      ['nonsense', 'not valid'],
      [
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"user_id":1}').toString('base64url')}.`,
        '',
      ],
    ] as const) {
      const { status, body } = await run(`Bearer ${bad}`);
      expect([status, body.error.message]).toEqual([401, expect.stringContaining(reason)]);
    }
  });

  it('takes a token as subprotocol of a WebSocket, and does not send it back', async () => {
    await open({ settings: { allowAnonymous: false } });
    await expect(connect(gateway.url)).rejects.toThrow('401');
    const client = await connect(gateway.url, {}, ['sandpiper.v1', `bearer.${await token({ user_id: 1 })}`]);
    expect(client.socket.protocol).toBe('sandpiper.v1');
    client.close();
  });

  it('lets a user see a job without its token, and no other user', async () => {
    await open();
    const as = async (user: number) => ({ authorization: `Bearer ${await token({ user_id: user })}` });
    const { body } = await ask('POST', '/v1/runs', script('print'), await as(1));
    expect((await ask('GET', `/v1/runs/${body.id}`, undefined, await as(1))).status).toBe(200);
    expect((await ask('GET', `/v1/runs/${body.id}`, undefined, await as(2))).status).toBe(404);
    expect((await ask('GET', `/v1/runs/${body.id}`)).status).toBe(404);
  });

  it.each([
    ['nobody is trusted', '6.6.6.6', 0, '10.0.0.9'],
    ['an ALB appended the client’s address', '1.2.3.4', 1, '1.2.3.4'],
    ['a client claims another before an ALB', '6.6.6.6, 1.2.3.4', 1, '1.2.3.4'],
    ['an ALB appended the port', '6.6.6.6, 1.2.3.4:5678', 1, '1.2.3.4'],
    ['an ALB appended an IPv6 address', '6.6.6.6, [2001:db8::1]:99', 1, '2001:db8::1'],
    ['Google appended the client’s address and its own', '1.2.3.4, 35.191.0.1', 2, '1.2.3.4'],
    ['a client claims others before Google', '6.6.6.6, 7.7.7.7, 1.2.3.4, 35.191.0.1', 2, '1.2.3.4'],
    ['the header is too short to be Google’s', '35.191.0.1', 2, '10.0.0.9'],
    ['the entry is no address', 'evil', 1, '10.0.0.9'],
  ])('knows the client’s address when %s', (_, header, trusted, expected) => {
    expect(clientAddress(header, '10.0.0.9', trusted)).toBe(expected);
  });

  it('counts by the address that the load balancer saw: a claimed one buys no more jobs', async () => {
    await open({ settings: { trustedProxies: 1, jobBurst: 1, jobsPerSecond: 0.01 } });
    const from = (header: string) => ask('POST', '/v1/runs', script('print'), { 'x-forwarded-for': header });
    expect((await from('1.1.1.1, 9.9.9.9')).status).toBe(200);
    expect((await from('2.2.2.2, 9.9.9.9')).status).toBe(429);
    expect((await from('1.1.1.1, 8.8.8.8')).status).toBe(200);
  });

  it('serves WebSockets to pages of its own origin and of those that were allowed', async () => {
    await open({ settings: { allowedOrigins: ['https://play.example'] } });
    const from = async (origin: string) => (await connect(gateway.url, { origin })).close();
    await from(gateway.url);
    await from('https://play.example');
    await expect(from('https://evil.example')).rejects.toThrow('403');
    await expect(from('null')).rejects.toThrow('403');
  });
});

describe('what the gateway tells of itself', () => {
  it('is healthy while a dependency is away, which /readyz names, on the private port only', async () => {
    await open();
    const ready = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)).json();
    expect(await ready()).toEqual({ queue: 'ok', events: 'ok' });
    gateway.store.ping = () => Promise.reject(new Error('the event store is away'));
    expect(await ready()).toEqual({ queue: 'ok', events: 'the event store is away' });
    expect((await ask('GET', '/healthz')).status).toBe(204);
    for (const path of ['/readyz', '/metrics']) expect((await ask('GET', path)).status).toBe(404);
  });

  it('counts what it did', async () => {
    await open();
    await ask('POST', '/v1/runs', script('print'));
    await ask('POST', '/v1/runs', {});
    let metrics = '';
    // The gateway itself reads of a job's end beside the client.
    while (!metrics.includes('jobs_ended_total{')) {
      metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
    }
    expect(metrics).toContain('sandpiper_gateway_jobs_accepted_total{language="script"} 1');
    expect(metrics).toContain('sandpiper_gateway_rejections_total{code="invalidMessage"} 1');
    expect(metrics).toContain('sandpiper_gateway_jobs_ended_total{language="script",outcome="ok"} 1');
    expect(metrics).toContain('sandpiper_gateway_job_seconds_count{language="script"} 1');
  });

  it('lists languages, publishes its schemas, and describes both protocols', async () => {
    await open();
    const { languages } = (await ask('GET', '/v1/languages')).body;
    expect(languages[0]).toEqual({
      id: 'script',
      name: 'Script',
      aliases: ['scr'],
      version: '2.1.0',
      highlight: 'text',
      sourceFile: 'main.script',
      isCompiled: false,
    });
    const document = (await ask('GET', '/openapi.json')).body;
    expect(Object.keys(document.paths)).toContain('/v1/runs/{id}/events');
    const submit = document.paths['/v1/runs'].post.requestBody.content['application/json'].schema;
    expect(submit.required).toEqual(['files', 'language']);
    const docs = await ask('GET', '/docs');
    expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const word of ['POST /v1/runs', 'resume', 'goingAway', 'stdinClose', 'stderr', '4002']) {
      expect(docs.body).toContain(word);
    }
  });

  it('answers what it does not know as JSON', async () => {
    await open();
    expect(await ask('GET', '/nothing?x=1')).toMatchObject({
      status: 404,
      body: { error: { code: 'notFound', message: 'there is no GET /nothing' } },
    });
  });
});

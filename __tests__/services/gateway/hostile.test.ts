import * as fc from 'fast-check';
import * as net from 'node:net';
import { SignJWT } from 'jose';
import { identityOf } from '../../../services/gateway/auth';
import { countConnections, networkOf } from '../../../services/gateway/connections';
import { isAllowedOrigin } from '../../../services/gateway/origin';
import { MAXIMUM_JSON_DEPTH, MAXIMUM_JSON_VALUES, readJson } from '../../../services/gateway/read-json';
import { jobSchema } from '../../../services/protocol/job';
import { piston } from '../../../services/gateway/piston/piston';
import { connect } from '../../kit/gateway/test-client';
import { openTestGateway, SECRET, type TestGateway, type TestGatewayOptions } from '../../kit/gateway/test-gateway';

let gateway: TestGateway;
const open = async (options: TestGatewayOptions = {}): Promise<void> => {
  gateway = await openTestGateway({ protocols: [piston], ...options });
  gateway.startRunner();
};
afterEach(() => gateway?.close());

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const script = (content = 'print on', more: object = {}): string =>
  JSON.stringify({ language: 'script', files: [{ content }], ...more });
const tokenOf = (userId: unknown): Promise<string> =>
  new SignJWT({ user_id: userId }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));

describe('who a user is', () => {
  it('differs wherever id or type differ', () => {
    const id = fc.oneof(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), fc.maxSafeInteger());
    fc.assert(
      fc.property(id, id, (one, other) => {
        expect(identityOf(one) === identityOf(other)).toBe(one === other || (one === 0 && other === 0));
      }),
      {
        examples: [
          ['7', 7],
          ['\ud800', '\ud801'],
          ['a"', 'a\\"'],
          [7, 7],
        ],
      },
    );
  });

  it.each([
    [2 ** 53],
    [-(2 ** 53)],
    [Number('9007199254740993')],
    [1.5],
    [NaN],
    [true],
    [['a']],
    [{}],
    ['x'.repeat(249)],
    ['\0'.repeat(60)],
    [''],
    [null],
    [undefined],
  ])('is refused as %p', (userId) => expect(() => identityOf(userId)).toThrow(/the token is refused: .*user_id/));

  it('keeps the jobs and keys of two users apart', async () => {
    await open();
    const submit = async (userId: unknown, idempotencyKey: string): Promise<string> => {
      const answer = await post('/v1/runs', script('print a', { idempotencyKey }), {
        authorization: `Bearer ${await tokenOf(userId)}`,
      });
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { id: string }).id;
    };
    const key = 'x'.repeat(16);
    const ids = [
      await submit('acme', `corp ${key}`),
      await submit('acme corp', key),
      await submit('7', key),
      await submit(7, key),
      await submit('"7"', key),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(await submit(7, key)).toBe(ids[3]);
    const seen = async (userId: unknown, id: string): Promise<number> =>
      (await fetch(`${gateway.url}/v1/runs/${id}`, { headers: { authorization: `Bearer ${await tokenOf(userId)}` } }))
        .status;
    expect([await seen(7, ids[3]!), await seen('7', ids[3]!), await seen('acme', ids[1]!)]).toEqual([200, 404, 404]);
  });
});

describe('a page of another origin', () => {
  it.each([
    ['/api/v2/execute', 'text/plain'],
    ['/api/v2/execute/', 'text/plain;charset=UTF-8'],
    ['/api/v2/piston/execute', 'application/x-www-form-urlencoded'],
    ['/v1/runs', 'text/plain'],
    ['/v1/runs', 'application/json'],
  ])('cannot run a program by %s as %s', async (path, type) => {
    await open();
    const body = script('print ran', { version: '*' });
    for (const origin of ['https://evil.example', 'null', '']) {
      const answer = await post(path, body, { origin, 'content-type': type });
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('origin')]);
    }
    expect(
      (await fetch(`${gateway.url}/v1/runs/x`, { method: 'DELETE', headers: { origin: 'https://evil.example' } }))
        .status,
    ).toBe(403);
    const own = await post('/api/v2/execute', body, { origin: gateway.url });
    expect(own.status).toBe(200);
  });

  it.each([
    ['https://play.example', 'play.example', true],
    ['http://play.example', 'play.example', false],
    ['https://play.example:8443', 'play.example', false],
    ['https://play.example', 'play.example:443', true],
    ['https://a@play.example', 'play.example', false],
    ['ftp://play.example', 'play.example', false],
    ['https://play.example.evil', 'play.example', false],
    ['null', 'play.example', false],
    ['https://PLAY.example', 'play.example', false],
    ['https://allowed.example', 'play.example', true],
  ])('%s at host %s: %p', (origin, host, isAllowed) => {
    const headers = { origin, host, 'x-forwarded-proto': 'https' };
    expect(isAllowedOrigin(headers, ['https://allowed.example'])).toBe(isAllowed);
  });
});

describe('a body', () => {
  it('is refused by shape, in every door, and cheaply', async () => {
    await open({ settings: { jobBurst: 1000 } });
    const n = 600_000;
    const shapes = [
      '['.repeat(n) + ']'.repeat(n),
      `{"language":"script","files":[${'0,'.repeat(n)}0]}`,
      `{"language":"script","files":[{"content":"1",${Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join()}}]}`,
      `{"language":"script","files":[{"name":"${'/'.repeat(3_900_000)}","content":"1"}]}`,
      `{"language":"script","version":"${'>'.repeat(3_900_000)}","files":[{"content":"1"}]}`,
      `{"language":"script","${'k'.repeat(3_900_000)}":1,"files":[{"content":"1","odd${'k'.repeat(100_000)}":1}]}`,
    ];
    for (const path of ['/v1/runs', '/api/v2/execute']) {
      for (const shape of shapes) {
        const before = process.cpuUsage();
        const answer = await post(path, shape);
        const text = await answer.text();
        const { user, system } = process.cpuUsage(before);
        expect(answer.status).toBe(400);
        expect(text.length).toBeLessThan(400);
        // Client and gateway together; it was up to 9 s.
        expect((user + system) / 1000).toBeLessThan(700);
      }
    }
    const client = await connect(gateway.url);
    for (const shape of shapes) client.socket.send(shape.replace('{', '{"type":"submit",'));
    await client.next(() => client.messages.length === shapes.length);
    expect(client.messages.map(({ code }) => code)).toEqual(shapes.map(() => 'invalidMessage'));
    expect(Math.max(...client.messages.map(({ message }) => String(message).length))).toBeLessThanOrEqual(200);
    client.close();
  });

  it('is read to its bounds', () => {
    const nested = (depth: number): Buffer => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    expect(readJson(nested(MAXIMUM_JSON_DEPTH), 'it')).toBeDefined();
    expect(() => readJson(nested(MAXIMUM_JSON_DEPTH + 1), 'it')).toThrow('it is nested more than');
    const list = (count: number): Buffer => Buffer.from(JSON.stringify(Array(count).fill(0)));
    expect(readJson(list(MAXIMUM_JSON_VALUES + 1), 'it')).toHaveLength(MAXIMUM_JSON_VALUES + 1);
    expect(() => readJson(list(MAXIMUM_JSON_VALUES + 2), 'it')).toThrow('it holds more than');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(readJson(Buffer.from(text), 'it')).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
    expect(readJson(Buffer.from(JSON.stringify('[[[[,,,,"\\"[[[['.repeat(9_000))), 'it')).toHaveLength(15 * 9_000);
  });

  it('costs its sender a token before it is read, and needs a good one', async () => {
    await open({ settings: { allowAnonymous: false, jobBurst: 2, jobsPerSecond: 0.001 } });
    const huge = `{"language":"script","files":[${'0,'.repeat(900_000)}0]}`;
    for (const path of ['/v1/runs', '/api/v2/execute'])
      expect((await post(path, huge, { authorization: 'Bearer x.y.z' })).status).toBe(401);
    const authorization = `Bearer ${await tokenOf('u')}`;
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await post('/v1/runs', huge, { authorization })).status);
    expect(statuses).toEqual([400, 400, 429, 429]);
  });

  it.each([true, false])(
    'that is too large is answered 413, whatever is still sent (chunked: %p)',
    async (isChunked) => {
      await open({ settings: { maximumMessageBytes: 10_000 } });
      const answer = await new Promise<string>((resolve, reject) => {
        const length = 20_000_000;
        const socket = net.connect(gateway.port, '127.0.0.1', () => {
          socket.write(
            `POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n\r\n`,
          );
          // Reads nothing before it has sent everything, as Python's http.client does.
          socket.pause();
          const body = 'x'.repeat(length);
          socket.write(isChunked ? `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body, () => socket.resume());
        });
        let text = '';
        socket.on('data', (data: Buffer) => {
          text += data.toString();
          if (text.includes('}}')) socket.destroy();
        });
        socket.on('error', reject).on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1.1 413[^]*"code":"payloadTooLarge"/);
    },
  );

  it('has its type and its method named', async () => {
    await open();
    expect((await post('/v1/runs', script(), { 'content-type': 'text/plain' })).status).toBe(415);
    const put = await fetch(`${gateway.url}/v1/runs/abc`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, expect.stringContaining('DELETE')]);
    expect((await fetch(`${gateway.url}/v1/nothing`)).status).toBe(404);
  });
});

describe('a job that no sandbox can take', () => {
  const cases: Record<string, [object, RegExp]> = {
    'a name twice': [
      {
        files: [
          { name: 'a', content: '' },
          { name: 'a', content: '' },
        ],
      },
      /^files.1.name: "a" is the name of two/,
    ],
    'a file that is a directory': [
      {
        files: [
          { name: 'a', content: '' },
          { name: 'a/b', content: '' },
        ],
      },
      /^files.1.name/,
    ],
    'a directory that is a file': [
      {
        files: [
          { name: 'a/b/c', content: '' },
          { name: 'a/b', content: '' },
        ],
      },
      /^files.1.name/,
    ],
    'names that are one in UTF-8': [
      {
        files: [
          { name: 'a\ud800', content: '' },
          { name: 'a\ud801', content: '' },
        ],
      },
      /^files.1.name/,
    ],
    'the default name twice': [
      { files: [{ content: '' }, { name: 'main.script', content: '' }] },
      /^files.1.name.*the first file has no name/,
    ],
    'the default name as a directory': [
      { files: [{ content: '' }, { name: 'main.script/x', content: '' }] },
      /^files.1.name/,
    ],
    'too few bytes': [
      { files: [{ content: 'x'.repeat(200_000) }], limits: { workBytes: 65_536 } },
      /^limits.workBytes/,
    ],
    'too few inodes': [
      { files: Array.from({ length: 16 }, (_, i) => ({ name: `f${i}`, content: '' })), limits: { workInodes: 16 } },
      /^limits.workInodes/,
    ],
    'too few inodes for directories': [
      { files: [{ name: `${'d/'.repeat(20)}f`, content: '' }], limits: { workInodes: 16 } },
      /^limits.workInodes/,
    ],
    'what is no base64': [{ files: [{ content: '!!!', encoding: 'base64' }] }, /^files.0.content: is not base64/],
  };

  it.each(Object.entries(cases))('is answered 400: %s', async (_, [job, message]) => {
    await open();
    const body = JSON.stringify({ language: 'script', version: '*', ...job });
    const native = await post('/v1/runs', body);
    expect([native.status, ((await native.json()) as any).error.message]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
    const foreign = await post('/api/v2/execute', body);
    expect(foreign.status).toBe('limits' in job ? 200 : 400);
    const client = await connect(gateway.url);
    client.send({ type: 'submit', ref: 'r', ...JSON.parse(body) });
    expect(await client.next(() => true)).toMatchObject({
      type: 'error',
      ref: 'r',
      code: 'invalidMessage',
      message: expect.stringMatching(message),
    });
    client.close();
  });

  it('knows every pair of names that the file system refuses', () => {
    const part = fc.constantFrom('a', 'b', 'c');
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const clashes = names.some((one, i) =>
          names.some(
            (other, j) => i < j && (one === other || other.startsWith(`${one}/`) || one.startsWith(`${other}/`)),
          ),
        );
        const parsed = jobSchema.safeParse({
          language: 'x',
          files: names.map((each) => ({ name: each, content: '' })),
        });
        expect(parsed.success).toBe(!clashes);
      }),
    );
  });
});

describe('connections', () => {
  it('are capped for an address, and free again when they close', async () => {
    await open({ settings: { maximumConnectionsPerAddress: 3 } });
    const clients = [await connect(gateway.url), await connect(gateway.url), await connect(gateway.url)];
    await expect(connect(gateway.url)).rejects.toThrow('429');
    expect((await fetch(`${gateway.url}/v1/languages`)).status).toBe(429);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(204);
    clients[0]!.close();
    await clients[0]!.closed;
    for (let status = 429; status === 429;) ({ status } = await fetch(`${gateway.url}/v1/languages`));
    for (const client of clients) client.close();
  });

  it('are capped for a user, whose addresses are many', () => {
    const connections = countConnections({ maximumConnectionsPerAddress: 2, maximumConnectionsPerUser: 3 });
    const leave = connections.open({ address: '10.0.0.1', userId: '"u"' });
    connections.open({ address: '10.0.0.2', userId: '"u"' });
    connections.open({ address: '10.0.0.3', userId: '"u"' });
    expect(() => connections.open({ address: '10.0.0.4', userId: '"u"' })).toThrow('3 connections of your user');
    leave();
    leave();
    connections.open({ address: '10.0.0.4', userId: '"u"' });
    expect(() => connections.open({ address: '10.0.0.5', userId: '"u"' })).toThrow('of your user');
    // What was refused for the user takes nothing of the address.
    connections.open({ address: '10.0.0.5' });
    connections.open({ address: '10.0.0.5' });
    expect(() => connections.open({ address: '10.0.0.5' })).toThrow('2 connections of your address');
  });

  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, network) => expect(networkOf(address)).toBe(network));
});

it('a position beyond every event is a mistake of the client, not an outage', async () => {
  await open();
  const { id, token } = (await (await post('/v1/runs', script())).json()) as { id: string; token: string };
  for (const after of [
    'a:9007199254740991',
    'a:99999999999999999999999',
    `${'e'.repeat(65)}:1`,
    'a:1e3',
    ':1',
    'a:-1',
  ]) {
    const answer = await fetch(`${gateway.url}/v1/runs/${id}/events?after=${after}`, {
      headers: { 'x-resume-token': token },
    });
    expect([after, answer.status]).toEqual([after, 400]);
  }
});

it('says what a job may use, where it asked for more', async () => {
  await open();
  const body = script('print x', { limits: { run: { wallMs: 9_000_000, memoryBytes: 8_388_608 } } });
  const { limits } = (await (await post('/v1/runs', body)).json()) as any;
  expect(limits.run).toMatchObject({ wallMs: 10_000, memoryBytes: 8_388_608 });
});

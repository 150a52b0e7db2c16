import { RootConstruct } from 'constructs';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import { LocalPlatform, type LocalAddress } from '../../../modules/local/platform';
import { binary } from '../../../modules/machine/artifact';

/** A program with everything a front must carry: streams, upgrades, slow answers, and a way to break it. */
const PROGRAM = path.join(__dirname, '../../kit/local/echo-program.js');

describe('the TLS front of this machine', () => {
  jest.setTimeout(60_000);
  let scratch: string;
  let platform: LocalPlatform;
  let address: LocalAddress;
  let ca: string;
  const log: string[] = [];

  beforeAll(async () => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-front-'));
    platform = new LocalPlatform(new RootConstruct(), 'local', {
      dataDirectory: path.join(scratch, 'tls'),
      httpsPort: 0,
      httpPort: 0,
      secrets: { SECRET_SOURCE: 'the secret' },
      log: (line) => log.push(line),
    });
    platform.tlsService('echo', {
      artifact: binary(process.execPath, [PROGRAM]),
      publicPaths: ['/echo', '/slow', '/ws', '/headers', '/env', '/die', '/files/*'],
      environment: { PLAIN: 'plain value' },
      secrets: { SECRET: { kind: 'existing', id: 'SECRET_SOURCE' } },
      healthCheck: { path: '/healthz', expectedStatus: 204, intervalSeconds: 5, timeoutSeconds: 2 },
      drainSeconds: 10,
    });
    address = await platform.start();
    ca = fs.readFileSync(address.authorityFile, 'utf8');
  });

  afterAll(async () => {
    await platform.stop();
    fs.rmSync(scratch, { recursive: true, force: true });
  });

  const request = (target: string, options: https.RequestOptions = {}, body?: string | Buffer) =>
    send(address.httpsPort, ca, target, options, body);

  it('answers over TLS with a certificate that its own authority signed', async () => {
    const answer = await request('/headers');
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=31536000/);
  });

  it('shares the requests between the instances', async () => {
    const pids = new Set<string>();
    for (let n = 0; n < 8; n++) pids.add((await request('/headers')).headers['x-pid'] as string);
    expect(pids.size).toBe(2);
  });

  it('tells the program who asks, after what the client claims of itself', async () => {
    const { body } = await request('/headers', {
      headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'ftp' },
    });
    const seen = JSON.parse(body) as Record<string, string>;
    expect(seen['x-forwarded-for']).toMatch(/^203\.0\.113\.9, (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/);
    expect(seen['x-forwarded-proto']).toBe('https');
  });

  it('gives the program its variables and its secrets, and nothing else of ours', async () => {
    const env = JSON.parse((await request('/env')).body) as Record<string, string>;
    expect(env).toMatchObject({ PLAIN: 'plain value', SECRET: 'the secret' });
    expect(Object.keys(env).sort()).toEqual(['PATH', 'PLAIN', 'PORT', 'SECRET']);
  });

  it.each([
    '/',
    '/healthz',
    '/v1/../healthz',
    '/%68ealthz',
    '//healthz',
    '/healthz/',
    '/files/../healthz',
    '/files/%2e%2e/healthz',
    '/unknown',
  ])('answers 404 to %s', async (target) => {
    const { status, body } = await request(target);
    expect([status, body]).toEqual([404, 'Not found\n']);
  });

  it('takes no absolute request target', async () => {
    expect((await request('http://localhost/healthz')).status).toBe(404);
    expect((await request('https://localhost/echo')).status).toBe(404);
  });

  it('streams large bodies both ways, unchanged', async () => {
    const sent = Buffer.alloc(8 * 1024 * 1024, 'sandpiper');
    const { status, bytes } = await request('/echo', { method: 'POST' }, sent);
    expect(status).toBe(200);
    expect(bytes.equals(sent)).toBe(true);
  });

  it('hands WebSockets through', async () => {
    const socket = new WebSocket(`wss://localhost:${address.httpsPort}/ws`, { ca });
    await once(socket, 'open');
    socket.send('ping');
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('echo: ping');
    socket.close();
    await once(socket, 'close');
  });

  it('refuses a WebSocket to a private path', async () => {
    const socket = new WebSocket(`wss://localhost:${address.httpsPort}/healthz`, { ca });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('404');
  });

  it('redirects plain HTTP, target and all, and takes no host that is none', async () => {
    const answer = await plain(
      address.httpPort,
      'GET /echo?a=b HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('HTTP/1.1 301 ');
    expect(answer.toLowerCase()).toContain(`location: https://localhost:${address.httpsPort}/echo?a=b\r\n`);
    const evil = await plain(address.httpPort, 'GET / HTTP/1.1\r\nHost: a.example/..\r\nConnection: close\r\n\r\n');
    expect(evil).toContain('HTTP/1.1 400 ');
  });

  it('refuses a request that two programs could read differently', async () => {
    const smuggled = await raw(
      address.httpsPort,
      ca,
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n',
    );
    expect(smuggled).toContain('HTTP/1.1 400 ');
    expect(smuggled).not.toContain('HTTP/1.1 204');
  });

  it('replaces an instance that dies, and meanwhile the other answers', async () => {
    const before = (await request('/die', { method: 'POST' })).headers['x-pid'] as string | undefined;
    for (let n = 0; n < 10; n++) expect((await request('/headers')).status).toBe(200);
    const pids = await eventually(async () => {
      const seen = new Set<string>();
      for (let n = 0; n < 6; n++) seen.add((await request('/headers')).headers['x-pid'] as string);
      return seen.size === 2 ? seen : undefined;
    });
    expect(before === undefined || !pids.has(before)).toBe(true);
    expect(log.some((line) => line.includes('starting another'))).toBe(true);
  });

  it('says that a port is taken, and which setting chooses another', async () => {
    const other = new LocalPlatform(new RootConstruct(), 'local', {
      dataDirectory: path.join(scratch, 'tls'),
      httpsPort: address.httpsPort,
      httpPort: 0,
      log: () => undefined,
    });
    await expect(other.start()).rejects.toThrow(
      `port ${address.httpsPort} is taken by another program: stop it, or choose another port with --https-port`,
    );
    await other.stop();
  });
});

describe('stopping', () => {
  jest.setTimeout(60_000);

  const start = async (scratch: string) => {
    const platform = new LocalPlatform(new RootConstruct(), 'local', {
      dataDirectory: scratch,
      httpsPort: 0,
      httpPort: 0,
      log: () => undefined,
    });
    const service = platform.tlsService('echo', {
      artifact: binary(process.execPath, [PROGRAM]),
      publicPaths: ['/slow'],
      drainSeconds: 10,
    });
    return { platform, service, address: await platform.start() };
  };

  it('finishes the requests in flight, then leaves no process', async () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-stop-'));
    const { platform, service, address } = await start(scratch);
    const pids = service.instances().map((instance) => instance.pid!);
    const ca = fs.readFileSync(address.authorityFile, 'utf8');
    const slow = send(address.httpsPort, ca, '/slow?ms=600');
    await wait(150);
    const stopping = platform.stop();
    expect((await slow).body).toBe('slow answer');
    await stopping;
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
    await expect(send(address.httpsPort, ca, '/slow?ms=1')).rejects.toThrow(/ECONNREFUSED/);
    fs.rmSync(scratch, { recursive: true });
  });

  it('leaves no instance even when the front itself is killed', async () => {
    const script = path.join(__dirname, '../../kit/local/platform-program.js');
    const child = spawn(process.execPath, [script, PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as number[];
    expect(pids.map(isRunning)).toEqual([true, true]);
    child.kill('SIGKILL');
    await eventually(async () => (pids.some(isRunning) ? undefined : true));
  });
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

function send(
  port: number,
  ca: string,
  target: string,
  options: https.RequestOptions = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: 'localhost', port, ca, path: target, agent: false, ...options },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends bytes as they are over TLS and returns what comes back until the connection ends or falls silent. */
async function raw(port: number, ca: string, text: string): Promise<string> {
  const tls = await import('node:tls');
  const socket = tls.connect({ host: 'localhost', port, ca, servername: 'localhost' });
  return exchange(socket, text);
}

function plain(port: number, text: string): Promise<string> {
  return exchange(net.connect({ host: 'localhost', port }), text);
}

function exchange(socket: net.Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(received) : reject(error),
    );
    socket.on('close', () => resolve(received));
    socket.write(text);
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let n = 0; n < 200; n++) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(100);
  }
  throw new Error('it did not happen within 20 s');
}

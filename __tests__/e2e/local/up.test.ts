import { execFile, spawn, type ChildProcess } from 'node:child_process';
import type { LookupAddress, LookupOptions } from 'node:dns';
import * as fs from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { catalogue } from '../../../tools/provision/catalogue';
import { verify } from '../../../tools/verify/checks';
import { verifyPlayground } from '../../../tools/verify/playground';
import { freePort } from '../../../modules/local/free-port';
import { requireTool } from '../../kit/require-tool';
import { runByPistonClient } from '../../kit/gateway/piston-client';
import { connect, endOf } from '../../kit/gateway/test-client';

/** Signed with the demo secret; the user is Bertram Gilfoyle. */
const TOKEN = [
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
  'eyJuYmYiOjE1NTQ3NTU1NTUsImV4cCI6MjU1NDc1NTUwMCwiaWF0IjoxNTU0NzU1NTAwLCJqdGkiOiI5ZmRmMGE2Ni00YzllLTRlOTktODc4MC05YjdlOTNlMjFlMjciLCJ1c2VyX2lkIjoiMTA1YjM1MTgtNjQ2ZC00NjNlLWFkZGEtZDJiOTM5YzJkMDZkIiwidXNlcl9mdWxsX25hbWUiOiJCZXJ0cmFtIEdpbGZveWxlIiwidXNlcl9lbWFpbCI6Im51bGxAcGllZHBpcGVyLmNvbSJ9',
  '-A8Gx18iTikKpedcxDlgcc7D8GMWFix0709Vfpbo1SI',
].join('.');

type LookupDone = (error: null, address: string | LookupAddress[], family?: number) => void;

const LAUNCHER = path.join(__dirname, '../../../sandpiper');

describe('./sandpiper up', () => {
  requireTool(['go', 'crun', 'gcc', 'python3', 'root']);
  jest.setTimeout(180_000);
  let data: string;
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGTERM')));
  beforeAll(() => (data = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-up-'))));
  afterAll(() => fs.rmSync(data, { recursive: true, force: true }));

  const up = async (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(LAUNCHER, ['up', ...args], {
      env: { ...process.env, XDG_DATA_HOME: data, APP_JWT_SECRET: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const output = collect(child);
    return { child, output };
  };

  it('serves the user API as verify expects it, says how to ask, and ends cleanly on Ctrl-C', async () => {
    const [httpsPort, httpPort] = [await freePort(), await freePort()];
    const { child, output } = await up([
      ...['--https-port', String(httpsPort), '--http-port', String(httpPort)],
      // On the plain name `localhost` the page would be at `/`, which is nothing of the user API's.
      '--no-playground',
    ]);
    const told = await output.until(/curl --cacert '([^']+)' -H 'Authorization: Bearer ([^']+)' (\S+)/);
    const [, authorityFile, demoToken, url] = told;
    expect(url).toBe(`https://localhost:${httpsPort}/v1/user`);
    const target = {
      url: new URL(`https://localhost:${httpsPort}`),
      httpPort,
      ca: fs.readFileSync(authorityFile!, 'utf8'),
      timeoutMs: 10_000,
    };
    for (const token of [TOKEN, demoToken!]) {
      const results = await verify(target, { token });
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length).toBeGreaterThanOrEqual(22);
    }
    expect(output.text()).not.toContain(TOKEN);
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
    expect(output.text()).toContain('stopping (SIGINT)');
    expect(await isFree(httpsPort)).toBe(true);
  });

  it('serves the playground beside it: programs run through the front, by WebSocket and by HTTP', async () => {
    const httpsPort = await freePort();
    const { child, output } = await up(['--https-port', String(httpsPort), '--http-port', '0']);
    const [, authorityFile] = await output.until(/curl --cacert '([^']+)'/);
    const ca = fs.readFileSync(authorityFile!, 'utf8');
    const lookup = lookUpLoopback;
    const target = { url: new URL(`https://localhost:${httpsPort}`), httpPort: 0, ca, timeoutMs: 10_000 };
    const tried = catalogue().filter(({ id }) => ['bash', 'c', 'python'].includes(id));
    const results = await verifyPlayground(target, { caFile: authorityFile, catalogue: tried });
    // This `up` has no port of plain HTTP.
    expect(results.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([
      'plain HTTP is redirected to HTTPS',
    ]);
    expect(results.filter(({ check }) => check.endsWith(' runs')).map(({ seen }) => seen)).toEqual(
      tried.map(() => 'Hello, world!'),
    );
    for (const host of ['localhost', 'playground.localhost']) {
      const client = await connect(`https://${host}:${httpsPort}`, { ca, lookup } as object);
      const files = [{ content: 'name = input("who? ")\nprint(f"hello, {name}")\n' }];
      const { job } = await client.submit('', { language: 'python', files, stdinOpen: true });
      await client.next(() => client.outputOf(job).includes('who? '));
      client.send({ type: 'stdin', job, data: 'Bertram\n' });
      expect(await client.next(endOf(job))).toMatchObject({ reason: 'ok', exitCode: 0 });
      expect(client.outputOf(job)).toBe('who? hello, Bertram\n');
      client.close();
    }
    const url = `https://localhost:${httpsPort}`;
    const trusting = {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: authorityFile!, XDG_DATA_HOME: data },
      timeout: 60_000,
    };
    const { result } = await runByPistonClient(url, 'bash', 'echo $((6 * 7))', trusting.env);
    expect(result).toMatchObject({ language: 'bash', run: { stdout: '42\n', code: 0 } });
    const remote = promisify(execFile)(LAUNCHER, ['run', '-', '-l', 'python', '-a', 'x', '--remote', url], trusting);
    remote.child.stdin!.end('import sys\nprint("remote", sys.argv[1])\nsys.exit(5)\n');
    await expect(remote).rejects.toMatchObject({ code: 5, stdout: 'remote x\n', stderr: '' });
    const page = await fetchPage(httpsPort, ca);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain('<script type="module"');
    const foreign = await connect(`https://user-api.localhost:${httpsPort}`, { ca, lookup } as object).catch(String);
    expect(foreign).toMatch(/404/);
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
  });

  it('says which port is taken and ends with exit code 1', async () => {
    const server = net.createServer().listen(0, 'localhost');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as net.AddressInfo;
    const { child, output } = await up(['--https-port', String(port), '--http-port', '0']);
    expect(await ended(child)).toBe(1);
    expect(output.text()).toContain(`sandpiper: port ${port} is taken by another program`);
    expect(output.text()).not.toMatch(/\n\s+at /);
    server.close();
  });

  it('refuses a port that is none, as wrong usage', async () => {
    const { child, output } = await up(['--https-port', '70000']);
    expect(await ended(child)).toBe(2);
    expect(output.text()).toContain('must be a port, 0 to 65535');
  });
});

/** Not every resolver knows that names below localhost are this machine. */
function lookUpLoopback(_: string, options: LookupOptions, done: LookupDone): void {
  if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}

function fetchPage(port: number, ca: string): Promise<{ headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    https
      .get({ host: 'localhost', port, ca }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ headers: answer.headers, text }));
      })
      .on('error', reject);
  });
}

function collect(child: ChildProcess) {
  let text = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const look of watchers) look();
    });
  }
  return {
    text: () => text,
    until: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (found) resolve(found);
        };
        watchers.add(look);
        child.once('exit', (code) => reject(new Error(`ended with ${code} before it said ${pattern}:\n${text}`)));
        look();
      }),
  };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, 'localhost', () => server.close(() => resolve(true)));
  });
}

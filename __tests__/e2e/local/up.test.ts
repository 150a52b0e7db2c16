import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { verify } from '../../../cli/verify/checks';
import { freePort } from '../../support/aws/moto';
import { requireTool } from '../../support/require-tool';

/** Signed with the demo secret; the user is Bertram Gilfoyle. */
const TOKEN = [
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
  'eyJuYmYiOjE1NTQ3NTU1NTUsImV4cCI6MjU1NDc1NTUwMCwiaWF0IjoxNTU0NzU1NTAwLCJqdGkiOiI5ZmRmMGE2Ni00YzllLTRlOTktODc4MC05YjdlOTNlMjFlMjciLCJ1c2VyX2lkIjoiMTA1YjM1MTgtNjQ2ZC00NjNlLWFkZGEtZDJiOTM5YzJkMDZkIiwidXNlcl9mdWxsX25hbWUiOiJCZXJ0cmFtIEdpbGZveWxlIiwidXNlcl9lbWFpbCI6Im51bGxAcGllZHBpcGVyLmNvbSJ9',
  '-A8Gx18iTikKpedcxDlgcc7D8GMWFix0709Vfpbo1SI',
].join('.');

const LAUNCHER = path.join(__dirname, '../../../sandpiper');

describe('./sandpiper up', () => {
  requireTool('go');
  jest.setTimeout(180_000);
  let data: string;
  beforeAll(() => (data = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-up-'))));
  afterAll(() => fs.rmSync(data, { recursive: true, force: true }));

  const up = async (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(LAUNCHER, ['up', ...args], {
      env: { ...process.env, XDG_DATA_HOME: data, APP_JWT_SECRET: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = collect(child);
    return { child, output };
  };

  it('serves the user API as verify expects it, says how to ask, and ends cleanly on Ctrl-C', async () => {
    const [httpsPort, httpPort] = [await freePort(), await freePort()];
    const { child, output } = await up(['--https-port', String(httpsPort), '--http-port', String(httpPort)]);
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

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { verify } from '../../tools/verify/checks';
import { verifyPlayground } from '../../tools/verify/playground';
import type { Target } from '../../tools/verify/probe';
import { serverIdentity, type ServerIdentity } from '../../modules/local/authority';
import { startServer, type Behaviour } from '../kit/local/wrong-server';

describe('sandpiper verify', () => {
  let directory: string;
  let identity: ServerIdentity;
  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-verify-'));
    identity = await serverIdentity(directory, ['localhost']);
  });
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  const failures = async (
    wrong: Partial<Behaviour>,
    change: Partial<Target> = {},
    token = 'a.valid.token',
    slowestMs?: number,
  ) => {
    const server = await startServer(identity, wrong);
    try {
      const ca = fs.readFileSync(identity.authorityFile, 'utf8');
      const target = { url: server.url, httpPort: server.httpPort, ca, timeoutMs: 5000, ...change };
      const results = await verify(target, { token, slowestMs });
      return results.filter(({ passed }) => !passed).map(({ check }) => check);
    } finally {
      await server.stop();
    }
  };

  it('finds everything wrong with a service that is no playground', async () => {
    const server = await startServer(identity, {});
    try {
      const ca = fs.readFileSync(identity.authorityFile, 'utf8');
      const target = { url: server.url, httpPort: server.httpPort, ca, timeoutMs: 5000 };
      const results = await verifyPlayground(target, { caFile: identity.authorityFile, catalogue: [] });
      const failed = results.filter(({ passed }) => !passed).map(({ check }) => check);
      expect(failed).toContain('the page is served with a strict policy');
      expect(failed.at(-1)).toBe('languages are offered');
      expect(results.at(-1)!.seen).toBe('/v1/languages answers 404');
    } finally {
      await server.stop();
    }
  });

  it('finds nothing wrong with a service that keeps every promise', async () => {
    expect(await failures({})).toEqual([]);
  });

  it.each<[string, Partial<Behaviour>, string[]]>([
    ['old TLS', { minVersion: 'TLSv1' }, ['TLS 1.0 is refused', 'TLS 1.1 is refused']],
    ['no TLS 1.3', { maxVersion: 'TLSv1.2' }, ['TLS 1.3 is spoken']],
    ['no TLS 1.2', { minVersion: 'TLSv1.3' }, ['TLS 1.2 is spoken']],
    ['a temporary redirect', { redirectStatus: 302 }, ['plain HTTP is redirected to HTTPS']],
    [
      'a redirect elsewhere',
      { location: () => 'https://example.com/v1/user?a=b' },
      ['plain HTTP is redirected to HTTPS'],
    ],
    [
      'a redirect that loses the query',
      { location: (port) => `https://localhost:${port}/v1/user` },
      ['plain HTTP is redirected to HTTPS'],
    ],
    ['a public health path', { privateStatus: 204 }, ['GET /healthz answers 404']],
    [
      'a health path that is public when it is disguised',
      { privateStatus: 204, normalizes: true },
      [
        'GET /healthz answers 404',
        'GET /v1/../healthz answers 404',
        'GET /%68ealthz answers 404',
        'GET //healthz answers 404',
        'GET /healthz;x=1 answers 404',
        'GET /./healthz answers 404',
      ],
    ],
    ['a public root', { rootStatus: 200 }, ['GET / answers 404']],
    [
      'other messages',
      { message: () => 'Unauthorized' },
      [
        'no token answers 401',
        'another scheme answers 401',
        'a token that is none answers 401',
        'a forged token answers 401',
      ],
    ],
    ['forged tokens that are welcome', { acceptsForged: true }, ['a forged token answers 401']],
    ['no HSTS', { hsts: undefined }, ['HSTS is set']],
    ['HSTS for a minute', { hsts: 'max-age=60' }, ['HSTS is set']],
  ])('finds %s', async (_, wrong, expected) => {
    expect(await failures(wrong)).toEqual(expected);
  });

  it('finds a certificate that nobody vouches for, or that names another host', async () => {
    expect(await failures({}, { ca: undefined })).toEqual(['the certificate is trusted and names the host']);
  });

  it('finds slow answers', async () => {
    expect(await failures({ delayMs: 150 }, {}, 'a.valid.token', 100)).toEqual(['an answer comes in time']);
  });

  it('finds a token that is not welcome', async () => {
    expect(await failures({}, {}, 'another.valid.token')).toEqual(['a valid token answers 200']);
  });

  it('says of a service that is not there that every check failed, without an exception', async () => {
    const target = { url: new URL('https://localhost:1'), httpPort: 1, timeoutMs: 1000 };
    const results = await verify(target, {});
    expect(results.every(({ passed }) => !passed)).toBe(true);
    expect(results[0]!.seen).toMatch(/ECONNREFUSED/);
  });
});

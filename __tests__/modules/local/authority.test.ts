import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { serverIdentity } from '../../../modules/local/authority';

describe('the local certificate authority', () => {
  let directory: string;
  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-authority-'))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const names = ['localhost', 'user-api.localhost', '127.0.0.1', '::1'];

  it('signs a certificate for every name', async () => {
    const identity = await serverIdentity(directory, names);
    const leaf = new X509Certificate(identity.certificate);
    const authority = new X509Certificate(fs.readFileSync(identity.authorityFile));
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkHost('user-api.localhost')).toBe('user-api.localhost');
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkIP('::1')).toBeDefined();
  });

  it('is made once: whoever trusts it need not do so again', async () => {
    const first = await serverIdentity(directory, names);
    const authority = fs.readFileSync(first.authorityFile, 'utf8');
    const again = await serverIdentity(directory, names);
    expect(again).toEqual(first);
    const more = await serverIdentity(directory, [...names, 'playground.localhost']);
    expect(fs.readFileSync(more.authorityFile, 'utf8')).toBe(authority);
    expect(more.certificate).not.toBe(first.certificate);
  });

  it('keeps its keys to this user', async () => {
    await serverIdentity(path.join(directory, 'tls'), names);
    expect(fs.statSync(path.join(directory, 'tls')).mode & 0o777).toBe(0o700);
    for (const file of ['authority.key', 'server.key']) {
      expect(fs.statSync(path.join(directory, 'tls', file)).mode & 0o777).toBe(0o600);
    }
  });
});

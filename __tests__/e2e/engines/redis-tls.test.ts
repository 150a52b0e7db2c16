import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { serverIdentity, type ServerIdentity } from '../../../local/authority';
import { StoreUnavailableError, type EventStore } from '../../../services/engines/event-store';
import { openEventStore } from '../../../services/engines/open-event-store';
import { startRedis, type RedisServer } from '../../support/engines/redis-server';
import { requireTool } from '../../support/require-tool';

describe('Redis behind TLS', () => {
  requireTool('redis-server');
  let directory: string;
  let identity: ServerIdentity;
  let server: RedisServer;
  let store: EventStore | undefined;

  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-tls-'));
    identity = await serverIdentity(directory, ['localhost']);
    const files = { certificate: path.join(directory, 'chain.pem'), key: path.join(directory, 'server.key') };
    fs.writeFileSync(files.certificate, identity.certificate);
    server = await startRedis({ tls: files });
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
  });
  afterAll(async () => {
    await server?.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it('is used when its certificate is of the authority, and again after its connections were cut', async () => {
    store = await openEventStore(`rediss://localhost:${server.tlsPort}`, { authorityFile: identity.authorityFile });
    await store.ping();
    await server.restart();
    for (;;) {
      const isBack = await store.ping().then(
        () => true,
        () => false,
      );
      if (isBack) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('is refused when its certificate is of an authority that is not known', async () => {
    await expect(openEventStore(`rediss://localhost:${server.tlsPort}`)).rejects.toThrow(StoreUnavailableError);
  });

  it('is refused when its certificate is for another name', async () => {
    const { authorityFile } = identity;
    const opening = openEventStore(`rediss://127.0.0.1:${server.tlsPort}`, { authorityFile });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
  });
});

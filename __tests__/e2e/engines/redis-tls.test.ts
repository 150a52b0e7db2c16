import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { serverIdentity, type ServerIdentity } from '../../../modules/local/authority';
import { StoreUnavailableError, type EventStore } from '../../../services/engines/event-store/event-store';
import { openRedisEventStore } from '../../../services/engines/event-store/redis/redis-event-store';
import { openEventStore } from '../../../services/engines/open-event-store';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { requireTool } from '../../kit/require-tool';

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
    store = await openEventStore(`rediss://localhost:${server.tlsPort}`, { authority: identity.authorityFile });
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

  it('is used when the authority is given itself, in one line', async () => {
    const authority = fs.readFileSync(identity.authorityFile).toString('base64');
    store = await openEventStore(`rediss://localhost:${server.tlsPort}`, { authority });
    await store.ping();
  });

  it('is refused when its certificate is for another name', async () => {
    const authority = identity.authorityFile;
    const opening = openEventStore(`rediss://127.0.0.1:${server.tlsPort}`, { authority });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
  });

  it('is used whatever its certificate names, when the authority is this server’s alone, and no other authority’s', async () => {
    const address = { host: '127.0.0.1', port: server.tlsPort! };
    const authority = fs.readFileSync(identity.authorityFile, 'utf8');
    store = await openRedisEventStore({ ...address, tls: { authority, isForThisServerAlone: true } });
    await store.ping();
    await expect(openRedisEventStore({ ...address, tls: { isForThisServerAlone: true } })).rejects.toThrow(
      StoreUnavailableError,
    );
    const others = fs.mkdtempSync(path.join(directory, 'other-'));
    const { authorityFile } = await serverIdentity(others, ['localhost']);
    const another = fs.readFileSync(authorityFile, 'utf8');
    await expect(
      openRedisEventStore({ ...address, tls: { authority: another, isForThisServerAlone: true } }),
    ).rejects.toThrow(StoreUnavailableError);
  });
});

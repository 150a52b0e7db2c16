import { randomUUID } from 'node:crypto';
import { StoreUnavailableError, type EventStore } from '../../../services/engines/event-store/event-store';
import type { NewJob, StoredEvent } from '../../../services/engines/event-store/job-store';
import { openRedisEventStore } from '../../../services/engines/event-store/redis/redis-event-store';
import { eventStoreConformance } from '../../kit/engines/event-store-conformance';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { requireTool } from '../../kit/require-tool';

const HOUR_MS = 3_600_000;

describe('Redis', () => {
  requireTool('redis-server');
  let server: RedisServer;
  const stores: EventStore[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });
  afterAll(() => server?.stop());

  const address = () => ({ host: '127.0.0.1', port: server.port });
  const open = async (more: object = {}): Promise<EventStore> => {
    const store = await openRedisEventStore({ ...address(), ...more });
    stores.push(store);
    return store;
  };
  const newJob = (): NewJob => ({
    id: randomUUID(),
    owner: 'user:1',
    language: 'python',
    deadlineMs: Date.now() + HOUR_MS,
    retentionMs: HOUR_MS,
  });
  const claim = async (store: EventStore, job: NewJob) => {
    const claimed = await store.jobs.claim(job, { runnerId: 'r', leaseMs: 60_000, maximumAttempts: 3 });
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    return claimed.attempt;
  };
  const untilAnswered = async (store: EventStore): Promise<void> => {
    for (;;) {
      try {
        return await store.ping();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };

  eventStoreConformance('Redis', () => openRedisEventStore(address()));

  it('says at once that it is away, and is back by itself', async () => {
    const store = await open();
    await server.kill();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await expect(store.jobs.createJob(newJob())).rejects.toThrow(StoreUnavailableError);
    await server.start();
    await untilAnswered(store);
    expect(await store.jobs.createJob(newJob())).toMatchObject({ created: true });
  });

  it('that cannot be reached is told at the start', async () => {
    await expect(openRedisEventStore({ host: '127.0.0.1', port: 1 })).rejects.toThrow(StoreUnavailableError);
  });

  it('that comes back empty learns of a job from its message, and followers start over', async () => {
    const store = await open();
    const job = newJob();
    await store.jobs.createJob(job);
    const first = await claim(store, job);
    await store.jobs.append(first, [{ type: 'stdout', data: 'old' }]);
    const [seen] = await store.jobs.read(job.id, undefined, 1);
    await server.restart();
    await untilAnswered(store);
    await expect(store.jobs.append(first, [{ type: 'stdout', data: 'late' }], 1)).rejects.toThrow('may not write');
    const second = await claim(store, job);
    const events: StoredEvent[] = [];
    const following = (async () => {
      for await (const event of store.jobs.follow(job.id, seen, AbortSignal.timeout(20_000))) events.push(event);
    })();
    await store.jobs.append(second, [
      { type: 'reset', attempt: 1 },
      { type: 'exit', reason: 'ok', stage: 'run' },
    ]);
    await following;
    expect(events.map(({ event, seq }) => [event.type, seq])).toEqual([
      ['reset', 1],
      ['exit', 2],
    ]);
  });

  it('wakes followers again after its connections were cut', async () => {
    const store = await open();
    const job = newJob();
    await store.jobs.createJob(job);
    const attempt = await claim(store, job);
    const types: string[] = [];
    const following = (async () => {
      for await (const { event } of store.jobs.follow(job.id, undefined, AbortSignal.timeout(30_000)))
        types.push(event.type);
    })();
    await store.jobs.append(attempt, [{ type: 'stdout', data: 'a' }]);
    while (types.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await server.admin((redis) => redis.client('KILL', 'TYPE', 'pubsub'));
    await store.jobs.append(attempt, [{ type: 'exit', reason: 'ok', stage: 'run' }]);
    await following;
    expect(types).toEqual(['stdout', 'exit']);
  });

  it('is used with credentials that change', async () => {
    const user = 'app';
    let password = 'first';
    let asked = 0;
    const set = () =>
      server.admin((redis) => redis.acl('SETUSER', user, 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all'));
    await set();
    const store = await open({
      credentials: async () => {
        asked++;
        return { username: user, password, expiresAtMs: Date.now() + 61_000 };
      },
    });
    const before = asked;
    // Renewed while the connection lasts: a second before they end, less a minute.
    while (asked === before) await new Promise((resolve) => setTimeout(resolve, 50));
    await store.ping();
    password = 'second';
    await set();
    await server.admin((redis) => redis.client('KILL', 'USER', user));
    await untilAnswered(store);
    const job = newJob();
    await store.jobs.createJob(job);
    const attempt = await claim(store, job);
    const following = (async () => {
      const types: string[] = [];
      for await (const { event } of store.jobs.follow(job.id, undefined, AbortSignal.timeout(30_000)))
        types.push(event.type);
      return types;
    })();
    await store.jobs.append(attempt, [{ type: 'exit', reason: 'ok', stage: 'run' }]);
    expect(await following).toEqual(['exit']);
  });
});

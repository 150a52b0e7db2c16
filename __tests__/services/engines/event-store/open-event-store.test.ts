import { openEventStore } from '../../../../services/engines/open-event-store';
import { MemoryEventStore } from '../../../../services/engines/event-store/memory/memory-event-store';
import { StoreUnavailableError } from '../../../../services/engines/event-store/event-store';

describe('the event store that a URL names', () => {
  it('is in memory', async () => {
    expect(await openEventStore('memory:')).toBeInstanceOf(MemoryEventStore);
  });

  it.each(['', 'redis', 'redis://', 'http://localhost', 'redis//x'])('is refused when the URL is %j', async (url) => {
    await expect(openEventStore(url)).rejects.toThrow('must be memory: or redis://host:port');
  });

  it('is Redis, where there is one', async () => {
    await expect(openEventStore('redis://127.0.0.1:1')).rejects.toThrow(StoreUnavailableError);
  });

  it.each(['iam', 'aws-iam', 'aws-iam:user', 'aws-iam:user@', 'aws-iam:@cache'])(
    'is refused with the authentication %j',
    async (authentication) => {
      await expect(openEventStore('redis://127.0.0.1:1', { authentication })).rejects.toThrow(
        'must be aws-iam:<user>@<cache> or gcp-iam',
      );
    },
  );

  it('is refused with an authority that cannot be read', async () => {
    await expect(openEventStore('rediss://127.0.0.1:1', { authority: '/nowhere.pem' })).rejects.toThrow(
      /event store’s authority: ENOENT/,
    );
  });

  it('may be away at first, and says so when it is used', async () => {
    const store = await openEventStore('redis://127.0.0.1:1', { mayBeAway: true });
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await store.close();
  });
});

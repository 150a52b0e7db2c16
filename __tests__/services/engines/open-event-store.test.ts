import { openEventStore } from '../../../services/engines/open-event-store';
import { MemoryEventStore } from '../../../services/engines/memory-event-store';
import { StoreUnavailableError } from '../../../services/engines/event-store';

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
});

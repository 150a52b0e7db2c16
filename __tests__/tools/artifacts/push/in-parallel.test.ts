import { inParallel } from '../../../../tools/artifacts/push/in-parallel';

describe('work on several items', () => {
  const never = new AbortController().signal;

  it('is done for each, so many at once and no more', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5], { atOnce: 2, signal: never }, async (item) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('ends with the first failure, after the others were told and have ended', async () => {
    const log: string[] = [];
    const work = inParallel(
      ['fails', 'waits', 'is never begun'],
      { atOnce: 2, signal: never },
      async (item, signal) => {
        log.push(item);
        if (item === 'fails') throw new Error('it failed');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.push('was told');
        throw new Error('a later failure');
      },
    );
    await expect(work).rejects.toThrow('it failed');
    expect(log).toEqual(['fails', 'waits', 'was told']);
  });

  it('is begun for nothing more when it was interrupted', async () => {
    const interruption = new AbortController();
    const done: number[] = [];
    const work = inParallel([1, 2, 3], { atOnce: 1, signal: interruption.signal }, async (item) => {
      done.push(item);
      interruption.abort();
      await Promise.resolve();
    });
    await expect(work).rejects.toThrow(/abort/i);
    expect(done).toEqual([1]);
  });
});

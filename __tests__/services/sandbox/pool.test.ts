import { createPool, type Pool, type Sort, type Warm } from '../../../services/sandbox/pool';

interface Thing extends Warm {
  readonly of: string;
  isAlive: boolean;
  isClosed: boolean;
}

describe('a pool of single-use things', () => {
  let made: Thing[];
  let time: number;
  const sort = (key: string, memoryBytes = 1): Sort<Thing> => ({
    key,
    memoryBytes,
    make: async () => {
      const thing: Thing = { of: key, isAlive: true, isClosed: false, close: async () => void (thing.isClosed = true) };
      made.push(thing);
      return thing;
    },
  });
  const pool = (size = 4, memoryBytes = 100): Pool<Thing> =>
    createPool({ size, memoryBytes, staleMs: 1000, halfLifeMs: 1000, now: () => time });
  beforeEach(() => {
    made = [];
    time = 0;
  });

  it('has none at first, and makes none while one is taken', () => {
    expect(pool().take(sort('a'))).toBeUndefined();
    expect(made).toEqual([]);
  });

  it('gives each only once', async () => {
    const p = pool();
    p.warm(sort('a'));
    await p.refill();
    const taken = Array.from({ length: 4 }, () => p.take(sort('a')));
    expect(new Set(taken).size).toBe(4);
    expect(p.take(sort('a'))).toBeUndefined();
  });

  it('holds no more than its size and its memory', async () => {
    const p = pool(10, 5);
    p.warm(sort('a', 2));
    await p.refill();
    expect(p.waiting).toEqual({ a: 2 });
  });

  it('shares the room by what was asked for', async () => {
    const p = pool(4);
    for (let i = 0; i < 9; i++) p.take(sort('a'));
    for (let i = 0; i < 3; i++) p.take(sort('b'));
    await p.refill();
    expect(p.waiting).toEqual({ a: 3, b: 1 });
  });

  it('follows the mix when it changes, and closes what nobody asks for', async () => {
    const p = pool(4);
    for (let i = 0; i < 4; i++) p.take(sort('a'));
    await p.refill();
    time = 900;
    for (let i = 0; i < 40; i++) p.take(sort('b'));
    await p.refill();
    expect(p.waiting).toMatchObject({ b: 4 });
    expect(made.filter(({ of, isClosed }) => of === 'a' && !isClosed)).toEqual([]);
  });

  it('gives neither a stale nor a dead one', async () => {
    const p = pool(1);
    p.warm(sort('a'));
    await p.refill();
    made[0]!.isAlive = false;
    expect(p.take(sort('a'))).toBeUndefined();
    await p.refill();
    time = 1000;
    expect(p.take(sort('a'))).toBeUndefined();
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  it('does not make again and again what cannot be made', async () => {
    const p = pool(2);
    let tries = 0;
    const broken: Sort<Thing> = { key: 'x', memoryBytes: 1, make: () => Promise.reject(new Error(`no ${tries++}`)) };
    p.take(broken);
    await p.refill();
    await p.refill();
    expect(tries).toBe(2);
  });

  it('closes all that wait when it is closed, even those on the way', async () => {
    const p = pool(3);
    p.warm(sort('a'));
    const filling = p.refill();
    await p.close();
    await filling;
    expect(made).toHaveLength(3);
    expect(made.every(({ isClosed }) => isClosed)).toBe(true);
  });
});

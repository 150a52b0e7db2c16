/** One thing that waits to be used once, such as a sandbox. */
export interface Warm {
  readonly isAlive: boolean;
  close(): Promise<void>;
}

/** What the pool keeps of one sort. */
export interface Sort<T extends Warm> {
  /** Those of the same key stand in for one another. */
  readonly key: string;
  /** Memory that one takes while it waits. */
  readonly memoryBytes: number;
  readonly make: () => Promise<T>;
}

export interface Pool<T extends Warm> {
  /**
   * Takes one that waits, which is never given again, and has another made in its place later.
   *
   * @returns undefined when none waits
   */
  take(sort: Sort<T>): T | undefined;
  /** Has some made before anyone asks. */
  warm(sort: Sort<T>): void;
  /** Makes what is missing; called when there is time, as at the end of a job. Resolves once it is there. */
  refill(): Promise<void>;
  readonly waiting: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface PoolProps {
  /** Most that wait at once, of all sorts. */
  readonly size: number;
  /** Most memory of all that wait. */
  readonly memoryBytes: number;
  /** One that has waited longer is replaced. @default 600_000 */
  readonly staleMs?: number;
  /** After this time a take counts half. @default 120_000 */
  readonly halfLifeMs?: number;
  /** @default Date.now */
  readonly now?: () => number;
}

interface Shelf<T extends Warm> {
  readonly sort: Sort<T>;
  readonly items: { readonly item: T; readonly madeAt: number }[];
  making: number;
  demand: number;
  demandAt: number;
}

/** A sort that fails to be made is left alone until it is asked for again. */
const FORGOTTEN_DEMAND = 0.05;

/** Keeps single-use things ready, of each sort as many as its share of what was recently asked for. */
export function createPool<T extends Warm>(props: PoolProps): Pool<T> {
  const { size, memoryBytes, staleMs = 600_000, halfLifeMs = 120_000, now = Date.now } = props;
  const shelves = new Map<string, Shelf<T>>();
  const closing = new Set<Promise<void>>();
  const makings = new Set<Promise<void>>();
  let isClosed = false;

  const demandOf = (shelf: Shelf<T>): number => shelf.demand * 2 ** (-(now() - shelf.demandAt) / halfLifeMs);
  const shelfOf = (sort: Sort<T>): Shelf<T> => {
    const shelf = shelves.get(sort.key) ?? { sort, items: [], making: 0, demand: 0, demandAt: now() };
    shelves.set(sort.key, shelf);
    return shelf;
  };
  const ask = (sort: Sort<T>): Shelf<T> => {
    const shelf = shelfOf(sort);
    shelf.demand = demandOf(shelf) + 1;
    shelf.demandAt = now();
    return shelf;
  };
  const drop = (item: T): void => {
    const done = item.close().finally(() => closing.delete(done));
    closing.add(done);
  };
  const removeUseless = (shelf: Shelf<T>): void => {
    for (let index = shelf.items.length - 1; index >= 0; index--) {
      const { item, madeAt } = shelf.items[index]!;
      if (item.isAlive && now() - madeAt < staleMs) continue;
      shelf.items.splice(index, 1);
      drop(item);
    }
  };

  /** Shares the room out one by one, each to the sort with the most demand for what it already has. */
  const targets = (): Map<Shelf<T>, number> => {
    const wanted = new Map<Shelf<T>, number>();
    const candidates = [...shelves.values()].filter((shelf) => demandOf(shelf) >= FORGOTTEN_DEMAND);
    let memory = 0;
    for (let count = 0; count < size; count++) {
      const fitting = candidates.filter((shelf) => memory + shelf.sort.memoryBytes <= memoryBytes);
      const claim = (shelf: Shelf<T>): number => demandOf(shelf) / (1 + (wanted.get(shelf) ?? 0));
      const best = fitting.sort((a, b) => claim(b) - claim(a))[0];
      if (!best) break;
      wanted.set(best, (wanted.get(best) ?? 0) + 1);
      memory += best.sort.memoryBytes;
    }
    return wanted;
  };

  const make = async (shelf: Shelf<T>): Promise<void> => {
    shelf.making++;
    try {
      const item = await shelf.sort.make();
      if (isClosed) drop(item);
      else shelf.items.push({ item, madeAt: now() });
    } catch {
      // Whoever asks next starts one of its own and meets the error.
      shelf.demand = 0;
    } finally {
      shelf.making--;
    }
  };

  const refill = async (): Promise<void> => {
    if (isClosed) return;
    const wanted = targets();
    for (const shelf of shelves.values()) {
      removeUseless(shelf);
      const target = wanted.get(shelf) ?? 0;
      while (shelf.items.length > target) drop(shelf.items.shift()!.item);
      for (let missing = target - shelf.items.length - shelf.making; missing > 0; missing--) {
        const making = make(shelf).finally(() => makings.delete(making));
        makings.add(making);
      }
      if (target === 0 && shelf.making === 0 && demandOf(shelf) < FORGOTTEN_DEMAND) shelves.delete(shelf.sort.key);
    }
    await Promise.all([...makings]);
  };

  return {
    take: (sort) => {
      const shelf = ask(sort);
      removeUseless(shelf);
      return shelf.items.shift()?.item;
    },
    warm: (sort) => {
      ask(sort);
    },
    refill,
    get waiting() {
      return Object.fromEntries([...shelves.values()].map(({ sort, items }) => [sort.key, items.length]));
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...makings]);
      for (const shelf of shelves.values()) for (const { item } of shelf.items.splice(0)) drop(item);
      await Promise.all([...closing]);
    },
  };
}

/** A binary heap of events by time; those of one moment come out in the order in which they went in, so that a run is repeatable. */
export class EventHeap<T> {
  private readonly entries: { readonly at: number; readonly order: number; readonly event: T }[] = [];
  private lastOrder = 0;

  /** When the next event happens; Infinity if there is none. */
  get nextAt(): number {
    return this.entries[0]?.at ?? Infinity;
  }

  add(at: number, event: T): void {
    const { entries } = this;
    const entry = { at, order: ++this.lastOrder, event };
    let place = entries.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(entry, entries[parent]!)) break;
      entries[place] = entries[parent]!;
      place = parent;
    }
    entries[place] = entry;
  }

  /** Takes the next event out. */
  take(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first?.event;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child += 1;
      if (!isBefore(entries[child]!, last)) break;
      entries[place] = entries[child]!;
      place = child;
    }
    entries[place] = last;
    return first.event;
  }
}

interface Timed {
  readonly at: number;
  readonly order: number;
}

function isBefore(one: Timed, other: Timed): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

import type { Edge } from './architecture';
import { RASTER, type Layout, type PlacedCard, type Rectangle } from './layout';
import { ROUTING_COSTS as COST } from './routing-costs';

/** A corner of a line, in units of the page. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  readonly edge: Edge;
  /** From card to card: the ends and every corner. */
  readonly points: readonly Point[];
}

type Axis = 'across' | 'down';

interface State {
  readonly x: number;
  readonly y: number;
  /** How the line came here. */
  readonly axis: Axis;
  readonly cost: number;
  readonly estimate: number;
  readonly before?: State;
  /** Whether it ends here. */
  readonly hasArrived?: boolean;
}

interface Port extends Point {
  readonly axis: Axis;
  readonly cost: number;
}

/** Draws each edge as a line of right angles on the raster: short, with few corners, around cards and texts, beside other lines. */
export function routeEdges(layout: Layout, edges: readonly Edge[]): Route[] {
  const raster = new Raster(layout);
  const cards = new Map(layout.cards.map((card) => [card.card.id, card]));
  return edges.map((edge) => {
    const path = raster.find(portsOf(cards.get(edge.from)!, edge), portsOf(cards.get(edge.to)!, edge));
    raster.take(path);
    return { edge, points: corners(path).map(({ x, y }) => ({ x: x * RASTER, y: y * RASTER })) };
  });
}

/** What lies on each point of the raster. */
class Raster {
  private readonly width: number;
  private readonly height: number;
  private readonly blocked: Uint8Array;
  private readonly dear: Float32Array;
  private readonly across: Uint8Array;
  private readonly down: Uint8Array;
  private readonly borderAcross: Uint8Array;
  private readonly borderDown: Uint8Array;

  constructor(layout: Layout) {
    this.width = Math.ceil(layout.width / RASTER) + 1;
    this.height = Math.ceil(layout.height / RASTER) + 1;
    const size = this.width * this.height;
    this.blocked = new Uint8Array(size);
    this.dear = new Float32Array(size);
    this.across = new Uint8Array(size);
    this.down = new Uint8Array(size);
    this.borderAcross = new Uint8Array(size);
    this.borderDown = new Uint8Array(size);
    for (const { reach } of layout.cards) {
      this.mark(grown(reach, RASTER), (at) => (this.dear[at]! += COST.nearCard));
      this.mark(reach, (at) => (this.blocked[at] = 1));
    }
    for (const { texts } of layout.zones) {
      for (const text of texts) this.mark(grown(text, 4), (at) => (this.dear[at]! += COST.onText));
    }
    // A line on a boundary would be taken for it.
    for (const { x, y, width: wide, height: high } of layout.zones) {
      for (const border of [y, y + high])
        this.mark(grown({ x, y: border, width: wide, height: 0 }, 5), (at) => (this.borderAcross[at] = 1));
      for (const border of [x, x + wide])
        this.mark(grown({ x: border, y, width: 0, height: high }, 5), (at) => (this.borderDown[at] = 1));
    }
  }

  private mark({ x, y, width, height }: Rectangle, set: (at: number) => void): void {
    for (let row = Math.ceil(y / RASTER); row <= Math.floor((y + height) / RASTER); row++)
      for (let column = Math.ceil(x / RASTER); column <= Math.floor((x + width) / RASTER); column++)
        set(row * this.width + column);
  }

  /** The cheapest way from one of the ports to one of the others (A*). */
  find(from: readonly Port[], to: readonly Port[]): State[] {
    const goals = new Map(to.map((port) => [port.y * this.width + port.x, port]));
    const [left, right] = extent(to.map(({ x }) => x));
    const [top, bottom] = extent(to.map(({ y }) => y));
    const estimate = (x: number, y: number): number => outside(x, left, right) + outside(y, top, bottom);
    const best = new Map<number, number>();
    const open: State[][] = [];
    const push = (state: State): void => {
      const bucket = Math.floor((state.cost + state.estimate) * 2);
      (open[bucket] ??= []).push(state);
    };
    for (const { x, y, axis, cost } of from) {
      const start = y * this.width + x;
      const taken = this.across[start]! + this.down[start]!;
      push({ x, y, axis, cost: cost + taken * COST.samePort, estimate: estimate(x, y) });
    }
    for (let bucket = 0; bucket < open.length; bucket++) {
      for (let state = open[bucket]?.pop(); state !== undefined; state = open[bucket]?.pop()) {
        const at = state.y * this.width + state.x;
        const key = at * 2 + (state.axis === 'across' ? 0 : 1);
        if ((best.get(key) ?? Infinity) <= state.cost) continue;
        best.set(key, state.cost);
        if (state.hasArrived) return trace(state);
        for (const next of this.neighbours(state, goals)) push({ ...next, estimate: estimate(next.x, next.y) });
      }
    }
    throw new Error('no way for a line: the picture has no room');
  }

  private neighbours(state: State, goals: ReadonlyMap<number, Port>): State[] {
    return MOVES.flatMap(([dx, dy, axis]): State[] => {
      const [x, y] = [state.x + dx, state.y + dy];
      // The first step leaves the card at a right angle.
      if (state.before === undefined && axis !== state.axis) return [];
      if (state.before && x === state.before.x && y === state.before.y) return [];
      if (x < EDGE || y < EDGE || x >= this.width - EDGE || y >= this.height - EDGE) return [];
      const at = y * this.width + x;
      const goal = goals.get(at);
      if (this.blocked[at] && goal?.axis !== axis) return [];
      const [along, over] = axis === 'across' ? [this.across, this.down] : [this.down, this.across];
      const side = axis === 'across' ? this.width : 1;
      const cost =
        1 +
        (axis === state.axis ? 0 : COST.corner) +
        this.dear[at]! +
        (axis === 'across' ? this.borderAcross : this.borderDown)[at]! * COST.onBorder +
        along[at]! * COST.onLine +
        over[at]! * COST.crossing +
        ((along[at - side] ?? 0) + (along[at + side] ?? 0)) * COST.besideLine +
        ((along[at - 2 * side] ?? 0) + (along[at + 2 * side] ?? 0)) * COST.nearLine;
      const hasArrived = goal?.axis === axis;
      const end = hasArrived ? goal.cost + (this.across[at]! + this.down[at]!) * COST.samePort : 0;
      return [{ x, y, axis, cost: state.cost + cost + end, estimate: 0, before: state, hasArrived }];
    });
  }

  /** Remembers a line, so that others keep off. */
  take(path: readonly State[]): void {
    for (const { x, y, axis } of path) (axis === 'across' ? this.across : this.down)[y * this.width + x]! += 1;
  }
}

/** Lines keep off the page's edge, for their words' sake. */
const EDGE = 3;

const MOVES = [
  [1, 0, 'across'],
  [-1, 0, 'across'],
  [0, 1, 'down'],
  [0, -1, 'down'],
] as const;

function trace(state: State): State[] {
  const path = [state];
  for (let before = state.before; before !== undefined; before = before.before) path.push(before);
  return path.reverse();
}

/** Points of a card's border where a line may begin or end, the middle of a side first; what goes in keeps left and up, what comes out right and down. */
function portsOf({ reach: card }: PlacedCard, edge: Edge): Port[] {
  const [left, top] = [card.x / RASTER, card.y / RASTER];
  const [width, height] = [card.width / RASTER, card.height / RASTER];
  const wanted = edge.kind === 'request' ? 0.3 : edge.kind === 'result' ? 0.7 : 0.5;
  const side = (length: number): { readonly at: number; readonly cost: number }[] =>
    Array.from({ length: Math.max(0, length - 3) }, (_, index) => index + 2).map((at) => ({
      at,
      cost: Math.abs(at - length * wanted) * COST.offPort,
    }));
  return [
    ...side(width).flatMap(({ at, cost }): Port[] => [
      { x: left + at, y: top, axis: 'down', cost },
      { x: left + at, y: top + height, axis: 'down', cost },
    ]),
    ...side(height).flatMap(({ at, cost }): Port[] => [
      { x: left, y: top + at, axis: 'across', cost },
      { x: left + width, y: top + at, axis: 'across', cost },
    ]),
  ];
}

function corners(path: readonly State[]): State[] {
  return path.filter((state, index) => {
    const next = path[index + 1];
    return index === 0 || next === undefined || next.axis !== state.axis;
  });
}

const extent = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
const outside = (value: number, least: number, most: number): number => Math.max(0, least - value, value - most);

function grown({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

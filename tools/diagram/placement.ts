import type { Architecture, Card, Role } from './architecture';

/** Cells of the page's grid that a card or an empty boundary takes. */
export interface Cells {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** Where everything stands in the grid. */
export interface Placement {
  readonly cards: ReadonlyMap<string, Cells>;
  /** Boundaries that hold no card. */
  readonly zones: ReadonlyMap<string, Cells>;
  /** Below this row no lines pass. */
  readonly lastRowOfLines: number;
  readonly cardWidth: number;
  /** Where fewer lines pass: titles of boundaries stand there. */
  readonly titlesAre: 'left' | 'right';
}

/** Rows of the page. The way of a job goes down on the left, over to the right at the bottom, and back to the left. */
const ROW = { outside: 0, front: 1, upper: 2, lower: 3, gate: 4, services: 5 } as const;

const SERVICES_IN_ORDER: readonly Role[] = ['secrets', 'programs', 'key', 'logs', 'alarms'];

/**
 * A column for each service, then gateway, event store and runner; below them, what they use: the queue under the event store,
 * so that its lines are short, and everything else where there is room. What a stack has more of gets cells of its own.
 */
export function place({ cards, zones }: Architecture): Placement {
  const of = (role: Role): readonly Card[] => cards.filter((card) => card.role === role);
  const cells = new Map<string, Cells>();
  const put = (card: Card, column: number, row: number, rows = 1): void => {
    cells.set(card.id, { column, row, columns: 1, rows });
  };
  const services = of('service');
  const gateways = of('gateway');
  const stores = of('event-store');
  const runners = of('runner');
  const gatewayColumn = services.length;
  const storeColumn = gatewayColumn + gateways.length;
  const runnerColumn = storeColumn + stores.length;
  const columns = runnerColumn + runners.length;
  services.forEach((card, index) => put(card, index, ROW.upper, 2));
  gateways.forEach((card, index) => put(card, gatewayColumn + index, ROW.upper, 2));
  stores.forEach((card, index) => put(card, storeColumn + index, ROW.upper, 2));
  runners.forEach((card, index) => put(card, runnerColumn + index, ROW.lower));
  of('sandbox').forEach((card, index) => put(card, runnerColumn + index, ROW.upper));
  of('clients').forEach((card) => put(card, gatewayColumn, ROW.outside));
  of('names').forEach((card, index) => put(card, storeColumn + index, ROW.outside));
  // A load balancer stands above its machines: they are named alike.
  const owners = [...services, ...gateways];
  of('load-balancer').forEach((card, index) => {
    const own = owners.findIndex(({ id }) => id.replace(/^machines/, 'front') === card.id);
    put(card, own >= 0 ? own : owners.length === 1 ? gatewayColumn : columns + index, ROW.front);
  });
  const taken = new Set<string>();
  const flow = [...of('queue'), ...of('dead-letters')];
  flow.forEach((card, index) => {
    put(card, storeColumn + index, ROW.services);
    taken.add(`${storeColumn + index} ${ROW.services}`);
  });
  let [column, row] = [0, ROW.services as number];
  for (const card of SERVICES_IN_ORDER.flatMap(of).filter(({ id }) => !cells.has(id))) {
    while (taken.has(`${column} ${row}`)) [column, row] = after(column, row, columns);
    put(card, column, row);
    [column, row] = after(column, row, columns);
  }
  const gate = zones.find(({ kind }) => kind === 'gate');
  return {
    cards: cells,
    lastRowOfLines: ROW.services,
    // Multiples of the raster, or no line would meet a card's side.
    cardWidth: columns > 3 ? 208 : 200,
    titlesAre: services.length > 0 ? 'left' : 'right',
    zones: new Map(gate ? [[gate.id, { column: 0, row: ROW.gate, columns, rows: 1 }]] : []),
  };
}

function after(column: number, row: number, columns: number): [number, number] {
  return column + 1 < columns ? [column + 1, row] : [0, row + 1];
}

import type { Architecture, Card, Zone } from './architecture';
import type { Cells, Placement } from './placement';
import { FONT, LINE_HEIGHT, textWidth, wrap } from './text';

/** Everything stands on a raster of so many units, on which the lines are drawn too. */
export const RASTER = 8;

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedCard extends Rectangle {
  readonly card: Card;
  /** The card's text, broken to fit. */
  readonly title: readonly string[];
  readonly product: readonly string[];
  readonly lines: readonly string[];
  /** The card with those that stand behind it: where lines end. */
  readonly reach: Rectangle;
}

export interface PlacedZone extends Rectangle {
  readonly zone: Zone;
  /** How many boundaries are around it. */
  readonly depth: number;
  /** Where its text stands. */
  readonly texts: readonly ZoneText[];
}

/** A line of a boundary's text. */
export interface ZoneText extends Rectangle {
  readonly words: string;
  readonly isTitle: boolean;
  /** The side of the boundary that it stands at. */
  readonly side: 'left' | 'right';
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Outer ones first. */
  readonly zones: readonly PlacedZone[];
  readonly cards: readonly PlacedCard[];
}

const MARGIN = 16;
const COLUMN_GAP = 64;
const ROW_GAP = 48;
/** Between rows where no line passes. */
const CLOSE_ROW_GAP = 20;
const PAD = 16;
/** Between two boundaries, one below the other. */
const ZONE_GAP = 10;
/** How far the cards behind a card stand out. */
export const BEHIND = 8;
export const CARD_PAD = 12;
/** Room for a card's picture, left of its title. */
export const GLYPH = 26;

interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Turns cells into rectangles: each boundary is as large as what it holds, its title, and a margin. */
export function layOut(architecture: Architecture, placement: Placement, top: number): Layout {
  const { cards, zones } = architecture;
  const { cardWidth } = placement;
  const isEmpty = (zone: Zone): boolean => placement.zones.has(zone.id);
  const cellsOf = (zone: Zone): Cells[] => [
    ...cards.filter((card) => card.zone === zone.id).map(({ id }) => placement.cards.get(id)!),
    ...zones.filter(({ within }) => within === zone.id).flatMap(cellsOf),
    ...(placement.zones.has(zone.id) ? [placement.zones.get(zone.id)!] : []),
  ];
  const extents = new Map(
    zones.map((zone) => {
      const cells = cellsOf(zone);
      return [zone.id, { columns: span(cells, 'column', 'columns'), rows: span(cells, 'row', 'rows') }];
    }),
  );
  const inside = (zone: Zone): Zone[] => zones.filter(({ within }) => within === zone.id);
  const outer = zones.filter(({ within }) => within === undefined);
  const standsAlone = (zone: Zone): boolean => {
    const { rows: own } = extents.get(zone.id)!;
    const beside = [
      ...zones.filter((other) => other !== zone && other.within === zone.within).map(({ id }) => extents.get(id)!.rows),
      ...cards
        .filter((card) => card.zone === zone.within)
        .map(({ id }) => placement.cards.get(id)!)
        .map(({ row, rows }) => ({ from: row, to: row + rows - 1 })),
    ];
    return beside.every((other) => other.to < own.from || other.from > own.to);
  };
  const columnCount = 1 + Math.max(...[...placement.cards.values()].map(({ column }) => column));
  const headers = new Map(
    zones.map((zone) => {
      const { from, to } = extents.get(zone.id)!.columns;
      return [zone.id, headerOf(zone, standsAlone(zone) ? columnCount : to - from + 1, cardWidth)];
    }),
  );
  /** From a boundary's edge to what it holds, where both begin (or end) in the same row or column. */
  const inset = (zone: Zone, axis: 'columns' | 'rows', end: 'from' | 'to'): number => {
    const own =
      (isEmpty(zone) && end === 'to' && axis === 'rows' ? 0 : PAD) +
      (axis === 'rows' && end === 'from' ? headers.get(zone.id)!.height : 0);
    const edge = extents.get(zone.id)![axis][end];
    const inner = inside(zone)
      .filter(({ id }) => extents.get(id)![axis][end] === edge)
      .map((child) => inset(child, axis, end));
    return own + Math.max(0, ...inner);
  };
  const insets = (axis: 'columns' | 'rows', end: 'from' | 'to', at: number): number =>
    Math.max(0, ...zones.filter(({ id }) => extents.get(id)![axis][end] === at).map((zone) => inset(zone, axis, end)));

  const placedCards = cards.map((card) => ({
    card,
    cells: placement.cards.get(card.id)!,
    ...cardText(card, cardWidth),
  }));
  const columns = 1 + Math.max(...placedCards.map(({ cells }) => cells.column));
  const rows = 1 + Math.max(...placedCards.map(({ cells }) => cells.row));
  const columnStart: number[] = [];
  let x = MARGIN;
  for (let column = 0; column < columns; column++) {
    x +=
      (column > 0 ? COLUMN_GAP / 2 : 0) + Math.max(column > 0 ? COLUMN_GAP / 2 : 0, insets('columns', 'from', column));
    columnStart.push(x);
    x +=
      cardWidth +
      (column + 1 < columns
        ? Math.max(0, insets('columns', 'to', column) - COLUMN_GAP / 2)
        : insets('columns', 'to', column));
  }
  const width = x + MARGIN;
  const rowStart: number[] = [];
  const rowEnd: number[] = [];
  let y = top;
  for (let row = 0; row < rows; row++) {
    const gap = row > placement.lastRowOfLines ? CLOSE_ROW_GAP : ROW_GAP;
    const [above, below] = [insets('rows', 'from', row), insets('rows', 'to', row)];
    y += row === 0 ? above : Math.max(gap / 2, above > 0 ? above + ZONE_GAP / 2 : 0);
    rowStart.push(y);
    const heights = placedCards.filter(({ cells }) => cells.row === row && cells.rows === 1).map((card) => card.height);
    y += Math.max(0, ...heights);
    rowEnd.push(y);
    const next = row + 1 > placement.lastRowOfLines ? CLOSE_ROW_GAP : ROW_GAP;
    y += row + 1 === rows ? below : Math.max(next / 2, below > 0 ? below + ZONE_GAP / 2 : 0);
  }
  const height = y + MARGIN;

  const zoneBox = (zone: Zone, depth: number, around?: PlacedZone): PlacedZone[] => {
    const { columns: across, rows: down } = extents.get(zone.id)!;
    const left = columnStart[across.from]! - inset(zone, 'columns', 'from');
    const right = columnStart[across.to]! + cardWidth + inset(zone, 'columns', 'to');
    const isAlone = standsAlone(zone);
    const box = {
      // A boundary with nothing beside it is as wide as the one around it.
      x: isAlone ? (around ? around.x + PAD : MARGIN) : left,
      y: rowStart[down.from]! - inset(zone, 'rows', 'from'),
      width: isAlone ? (around ? around.width - 2 * PAD : width - 2 * MARGIN) : right - left,
      height: rowEnd[down.to]! + inset(zone, 'rows', 'to') - rowStart[down.from]! + inset(zone, 'rows', 'from'),
    };
    const placed: PlacedZone = {
      zone,
      depth,
      ...box,
      texts: textsOf(headers.get(zone.id)!, box, isAlone ? placement.titlesAre : 'left'),
    };
    return [placed, ...inside(zone).flatMap((child) => zoneBox(child, depth + 1, placed))];
  };
  return {
    width: snap(width),
    height: snap(height),
    zones: outer.flatMap((zone) => zoneBox(zone, 0)),
    cards: placedCards.map(({ cells, ...card }) => {
      const from = rowStart[cells.row]!;
      const to = rowEnd[cells.row + cells.rows - 1]!;
      const x = snap(columnStart[cells.column]!);
      const y = snap(cells.rows === 1 ? from : (from + to - card.height) / 2);
      const behind = card.card.isMany ? BEHIND : 0;
      const reach = { x, y: y - behind, width: card.width + behind, height: card.height + behind };
      return { ...card, x, y, reach };
    }),
  };
}

const snap = (value: number): number => Math.ceil(value / RASTER) * RASTER;

function span(cells: readonly Cells[], start: 'column' | 'row', count: 'columns' | 'rows'): Extent {
  return {
    from: Math.min(...cells.map((cell) => cell[start])),
    to: Math.max(...cells.map((cell) => cell[start] + cell[count] - 1)),
  };
}

function cardText(card: Card, cardWidth: number) {
  const width = cardWidth - 2 * CARD_PAD;
  const title = wrap(card.title, FONT.title, width - GLYPH, true);
  const product = wrap([card.product, card.name].filter(Boolean).join(' '), FONT.body, width).filter(Boolean);
  const lines = card.lines.flatMap((line) => wrap(line, FONT.body, width));
  const height =
    2 * CARD_PAD +
    title.length * FONT.title * LINE_HEIGHT +
    (product.length + lines.length) * FONT.body * LINE_HEIGHT +
    (lines.length > 0 ? 4 : 0);
  return { title, product, lines, width: cardWidth, height: snap(height) };
}

/** A boundary's title and lines, broken to fit. */
interface Header {
  readonly title: readonly string[];
  readonly lines: readonly string[];
  /** Whether the lines stand right of the title, where fewer edges pass. */
  readonly isBeside: boolean;
  readonly height: number;
}

const TITLE_HEIGHT = FONT.zone * LINE_HEIGHT;
const BODY_HEIGHT = FONT.body * LINE_HEIGHT;

function headerOf(zone: Zone, columns: number, cardWidth: number): Header {
  const width = columns * cardWidth + (columns - 1) * COLUMN_GAP;
  const title = wrap(zone.title, FONT.zone, width, true);
  const longest = Math.max(0, ...zone.lines.map((line) => textWidth(line, FONT.body)));
  const isBeside =
    zone.kind !== 'gate' &&
    zone.kind !== 'services' &&
    columns > 1 &&
    textWidth(zone.title, FONT.zone, true) + longest + 48 < width;
  const lines = isBeside ? zone.lines : zone.lines.flatMap((line) => wrap(line, FONT.body, width));
  const height = isBeside
    ? Math.max(title.length * TITLE_HEIGHT, lines.length * BODY_HEIGHT)
    : title.length * TITLE_HEIGHT + lines.length * BODY_HEIGHT;
  return { title, lines, isBeside, height: snap(height) };
}

const TEXT_PAD = 12;

function textsOf({ title, lines, isBeside }: Header, box: Rectangle, titlesAre: 'left' | 'right'): ZoneText[] {
  const at = (words: string, isTitle: boolean, index: number, top: number, side: 'left' | 'right'): ZoneText => {
    const width = textWidth(words, isTitle ? FONT.zone : FONT.body, isTitle);
    const height = isTitle ? TITLE_HEIGHT : BODY_HEIGHT;
    const x = side === 'left' ? box.x + TEXT_PAD : box.x + box.width - TEXT_PAD - width;
    return { words, isTitle, side, x, y: top + index * height, width, height };
  };
  const top = box.y + 6;
  const below = top + (isBeside ? 0 : title.length * TITLE_HEIGHT);
  return [
    ...title.map((words, index) => at(words, true, index, top, titlesAre)),
    ...lines.map((words, index) => at(words, false, index, below, isBeside ? 'right' : 'left')),
  ];
}

import { RASTER, type Layout, type Rectangle } from './layout';
import type { Route } from './route';
import { FONT, textWidth } from './text';

/** The words on a line, before which its number stands. */
export interface Pill extends Rectangle {
  readonly route: Route;
  /** Empty where there is room for the number only. */
  readonly words: string;
}

const HEIGHT = 22;
/** Diameter of the number's circle. */
export const BADGE = 22;
const PAD = 8;
/** What it costs to leave the words out. */
const NUMBER_ALONE = 70;

/** Puts the words of each line where they hide least: on a long straight part of it, off cards, texts, other words and lines. */
export function placePills(layout: Layout, routes: readonly Route[]): Pill[] {
  const pills: Pill[] = [];
  for (const route of routes) {
    const { step, label } = route.edge;
    // A number alone is told below the picture.
    const texts = step === undefined ? [label] : [label, ''];
    const candidates = texts
      .flatMap((words) => segmentsOf(route).map((segment) => ({ words, segment })))
      .flatMap(({ words, segment: [from, to] }) => {
        const width = pillWidth(route, words);
        const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
        const isAcross = from.y === to.y;
        const needs = isAcross ? width : HEIGHT;
        const steps = Math.floor(length / RASTER);
        return Array.from({ length: steps + 1 }, (_, index) => {
          const share = steps === 0 ? 0.5 : index / steps;
          const x = from.x + (to.x - from.x) * share;
          const y = from.y + (to.y - from.y) * share;
          const box = { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
          const spare = Math.min(share, 1 - share) * length - needs / 2;
          // Some of the line must be seen before and behind the words, more so of its arrow.
          const cost =
            (spare < 14 ? (14 - spare) * 6 : 0) + Math.abs(share - 0.5) * length * 0.05 - Math.min(length, 240) * 0.05;
          return {
            box,
            words,
            cost: cost + (words === '' ? NUMBER_ALONE : 0) + hidden(box, layout, routes, route, pills),
          };
        });
      });
    const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
    pills.push({ ...best.box, words: best.words, route });
  }
  return pills;
}

function pillWidth({ edge }: Route, words: string): number {
  if (words === '') return BADGE;
  return Math.ceil(textWidth(words, FONT.label) + 2 * PAD + (edge.step === undefined ? 0 : BADGE - 4));
}

function hidden(box: Rectangle, layout: Layout, routes: readonly Route[], own: Route, pills: readonly Pill[]): number {
  const near = { x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8 };
  let cost = 0;
  for (const { reach } of layout.cards) if (overlap(near, reach)) cost += 400;
  for (const { texts } of layout.zones) if (texts.some((text) => overlap(box, text))) cost += 120;
  for (const pill of pills) if (overlap(near, pill)) cost += 500;
  for (const route of routes) {
    if (route === own) continue;
    for (const [from, to] of segmentsOf(route)) if (overlap(near, segmentBox(from, to))) cost += 60;
  }
  for (const zone of layout.zones) {
    const edges = [zone.y, zone.y + zone.height].map((y) => ({ x: zone.x, y, width: zone.width, height: 1 }));
    const sides = [zone.x, zone.x + zone.width].map((x) => ({ x, y: zone.y, width: 1, height: zone.height }));
    for (const edge of [...edges, ...sides]) if (overlap(box, edge)) cost += 12;
  }
  return cost;
}

function segmentsOf({ points }: Route) {
  return points.slice(1).map((point, index) => [points[index]!, point] as const);
}

function segmentBox(from: { x: number; y: number }, to: { x: number; y: number }): Rectangle {
  return {
    x: Math.min(from.x, to.x) - 1,
    y: Math.min(from.y, to.y) - 1,
    width: Math.abs(to.x - from.x) + 2,
    height: Math.abs(to.y - from.y) + 2,
  };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

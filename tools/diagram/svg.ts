import type { Architecture, Step } from './architecture';
import { glyphs } from './glyphs';
import { BEHIND, CARD_PAD, GLYPH, layOut, type Layout, type PlacedCard, type PlacedZone } from './layout';
import { BADGE, placePills, type Pill } from './pill';
import { place } from './placement';
import { routeEdges, type Point, type Route } from './route';
import { svgStyle } from './svg-style';
import { FONT, LINE_HEIGHT, wrap } from './text';

const MARGIN = 16;
const CORNER = 7;
const STEP_LINE = 19;
const STEP_GAP = 6;

/** The picture as SVG, for light and dark pages: it stands on a ground of its own. The same architecture gives the same bytes. */
export function toSvg(architecture: Architecture): string {
  const headingHeight = 56;
  const layout = layOut(architecture, place(architecture), headingHeight);
  const routes = routeEdges(layout, architecture.edges);
  const pills = placePills(layout, routes);
  const steps = stepList(architecture.steps, layout);
  const height = layout.height + steps.height;
  const { title, description } = architecture;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escape(title)}</title>
<desc id="description">${escape(description)} ${architecture.steps.map(({ number, text }) => `${number}. ${escape(text)}`).join(' ')}</desc>
<style>
${svgStyle}
</style>
<defs>
${(['request', 'result', 'aside'] as const).map(arrowHead).join('\n')}
</defs>
<rect class="ground" width="${layout.width}" height="${height}" rx="10"/>
<text class="heading" x="${MARGIN}" y="36">${escape(title)}</text>
${layout.zones.map(drawZone).join('\n')}
${routes.map(drawRoute).join('\n')}
${layout.cards.map(drawCard).join('\n')}
${pills.map(drawPill).join('\n')}
${steps.svg}
</svg>
`;
}

function drawZone({ zone, x, y, width, height, texts }: PlacedZone): string {
  const lines = texts.map((text) => {
    const isRight = text.side === 'right';
    const end = isRight ? ' text-anchor="end"' : '';
    const at = isRight ? text.x + text.width : text.x;
    return `<text class="zone-${text.isTitle ? 'title' : 'line'}" x="${round(at)}" y="${round(text.y + text.height * 0.78)}"${end}>${escape(text.words)}</text>`;
  });
  return `<g class="zone ${zone.kind}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>${lines.join('')}</g>`;
}

function drawCard({ card, x, y, width, height, title, product, lines }: PlacedCard): string {
  const behind = card.isMany
    ? [BEHIND, BEHIND / 2]
        .map((by) => `<rect x="${x + by}" y="${y - by}" width="${width}" height="${height}" rx="6"/>`)
        .join('')
    : '';
  const titles = title.map((line) => ['card-title', FONT.title, line] as const);
  const below = [
    ...product.map((line) => ['product', FONT.body, line] as const),
    ...lines.map((line) => ['line', FONT.body, line] as const),
  ];
  const top = y + CARD_PAD;
  return (
    `<g class="card ${card.role}">${behind}<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>` +
    `<path class="glyph" transform="translate(${x + CARD_PAD} ${y + CARD_PAD})" d="${glyphs[card.role]}"/>` +
    textLines(x + CARD_PAD + GLYPH, top, titles) +
    textLines(x + CARD_PAD, top + title.length * FONT.title * LINE_HEIGHT + 2, below) +
    `</g>`
  );
}

function textLines(x: number, top: number, lines: readonly (readonly [string, number, string])[]): string {
  let y = top;
  return lines
    .map(([name, size, line]) => {
      y += size * LINE_HEIGHT;
      return `<text class="${name}" x="${x}" y="${round(y - size * 0.28)}">${escape(line)}</text>`;
    })
    .join('');
}

function drawRoute({ edge, points }: Route): string {
  return `<path class="edge ${edge.kind}" d="${roundedPath(points)}" marker-end="url(#${edge.kind})"/>`;
}

/** Lines with round corners; the last one leaves room for its arrow's head. */
function roundedPath(points: readonly Point[]): string {
  const end = points.at(-1)!;
  const last = moved(end, points.at(-2)!, 6);
  const parts = [`M${points[0]!.x} ${points[0]!.y}`];
  for (let index = 1; index < points.length - 1; index++) {
    const corner = points[index]!;
    const before = moved(corner, points[index - 1]!, CORNER);
    const after = moved(corner, points[index + 1]!, CORNER);
    parts.push(`L${before.x} ${before.y}Q${corner.x} ${corner.y} ${after.x} ${after.y}`);
  }
  return `${parts.join('')}L${last.x} ${last.y}`;
}

function moved(from: Point, towards: Point, by: number): Point {
  return { x: from.x + Math.sign(towards.x - from.x) * by, y: from.y + Math.sign(towards.y - from.y) * by };
}

function arrowHead(kind: string): string {
  return `<marker id="${kind}" class="${kind}" viewBox="0 0 10 10" refX="4" refY="5" markerWidth="11" markerHeight="11" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z"/></marker>`;
}

function drawPill({ x, y, width, height, route, words }: Pill): string {
  const { step, kind } = route.edge;
  const middle = y + height / 2;
  const badge =
    step === undefined
      ? ''
      : `<circle cx="${round(x + BADGE / 2)}" cy="${middle}" r="${BADGE / 2}"/><text class="number" x="${round(x + BADGE / 2)}" y="${middle + 4.5}">${step}</text>`;
  const left = step === undefined ? x : x + BADGE - 4;
  const label =
    words === ''
      ? ''
      : `<text class="label" x="${round((left + x + width) / 2)}" y="${middle + 4.3}">${escape(words)}</text>`;
  return `<g class="pill ${kind}"><rect x="${round(x)}" y="${y}" width="${width}" height="${height}" rx="${height / 2}"/>${badge}${label}</g>`;
}

/** The steps below the picture, in as many columns as are wide enough to read. */
function stepList(steps: readonly Step[], layout: Layout): { readonly svg: string; readonly height: number } {
  const columns = layout.width > 900 ? 2 : 1;
  const width = (layout.width - 2 * MARGIN) / columns;
  const inner = width - BADGE - 28;
  const wrapped = steps.map((step) => ({ step, lines: wrap(step.text, FONT.zone, inner) }));
  const perColumn = Math.ceil(steps.length / columns);
  const heights = Array.from({ length: columns }, () => 0);
  const svg = wrapped
    .map(({ step, lines }, index) => {
      const column = Math.floor(index / perColumn);
      const x = MARGIN + column * width;
      const y = layout.height + heights[column]!;
      heights[column]! += Math.max(BADGE, lines.length * STEP_LINE) + STEP_GAP;
      const texts = lines.map(
        (line, row) =>
          `<text class="step" x="${round(x + BADGE + 8)}" y="${y + 15.5 + row * STEP_LINE}">${escape(line)}</text>`,
      );
      return (
        `<g class="pill ${step.kind}"><circle cx="${round(x + BADGE / 2)}" cy="${y + BADGE / 2}" r="${BADGE / 2}"/>` +
        `<text class="number" x="${round(x + BADGE / 2)}" y="${y + BADGE / 2 + 4.5}">${step.number}</text></g>${texts.join('')}`
      );
    })
    .join('\n');
  return { svg, height: Math.max(...heights) + MARGIN };
}

const round = (value: number): number => Math.round(value * 10) / 10;

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

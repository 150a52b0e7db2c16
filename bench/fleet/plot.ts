import type { Outcome } from './outcome';
import type { Sample } from './simulate';
import type { Trace } from './traces';

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 16;
const PANEL_HEIGHT = 190;
const LEGEND_ROW = 22;
const LEGEND_COLUMNS = 3;
const TOP = 16;
const GAP = 44;
const TICKS = 4;
/** Told apart by those who see no red or green (Okabe and Ito), readable on white and on black. */
const COLOURS = ['#888888', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#d55e00', '#56b4e9'];

/** Instances and waiting jobs over time, as an SVG for light and dark pages. */
export function plot(trace: Trace, outcomes: readonly Outcome[]): string {
  const legendRows = Math.ceil(outcomes.length / LEGEND_COLUMNS);
  const panelsTop = TOP + legendRows * LEGEND_ROW + 24;
  const height = panelsTop + 2 * PANEL_HEIGHT + 2 * GAP;
  const panels = [
    panel(trace, outcomes, panelsTop, 'instances', (sample) => sample.instances),
    panel(trace, outcomes, panelsTop + PANEL_HEIGHT + GAP, 'jobs waiting', (sample) => sample.waiting),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<title>${trace.name}: ${trace.summary}</title>
<style>
text { fill: #24292f } .grid { stroke: #8c959f; stroke-opacity: .35 } path { fill: none; stroke-width: 1.6 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>
${outcomes.map((outcome, index) => legend(outcome.name, index)).join('\n')}
${panels.join('\n')}
</svg>
`;
}

function legend(name: string, index: number): string {
  const x = LEFT + (index % LEGEND_COLUMNS) * 300;
  const y = TOP + Math.floor(index / LEGEND_COLUMNS) * LEGEND_ROW;
  return `<path d="M${x} ${y}h24" stroke="${colourOf(index)}" style="stroke-width:4"/><text x="${x + 32}" y="${y + 5}">${name}</text>`;
}

function panel(
  trace: Trace,
  outcomes: readonly Outcome[],
  top: number,
  title: string,
  valueOf: (sample: Sample) => number,
): string {
  const inTime = (sample: Sample): boolean => sample.at <= trace.horizonSeconds;
  const highest = Math.max(1, ...outcomes.flatMap(({ samples }) => samples.filter(inTime).map(valueOf)));
  // A logarithmic scale that begins at 0, or the worst would flatten the others into one line.
  const decades = Math.max(1, Math.ceil(Math.log10(highest)));
  const x = (seconds: number): number => LEFT + (seconds / trace.horizonSeconds) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => top + PANEL_HEIGHT * (1 - Math.log10(1 + value) / Math.log10(1 + 10 ** decades));
  const lines: string[] = [`<text x="${LEFT}" y="${top - 8}" font-weight="bold">${title}</text>`];
  for (const value of [0, ...Array.from({ length: decades + 1 }, (_, power) => 10 ** power)]) {
    const at = y(value).toFixed(1);
    lines.push(
      `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/>`,
      `<text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${value.toLocaleString('en-US')}</text>`,
    );
  }
  for (let tick = 0; tick <= TICKS; tick++) {
    const at = (trace.horizonSeconds * tick) / TICKS;
    const anchor = tick === 0 ? 'start' : tick === TICKS ? 'end' : 'middle';
    lines.push(`<text x="${x(at)}" y="${top + PANEL_HEIGHT + 18}" text-anchor="${anchor}">${clock(at)}</text>`);
  }
  // The oracle first, beneath; ours last, above everything.
  for (const [index, { samples }] of [...outcomes.entries()].sort(([a], [b]) => order(a) - order(b))) {
    const points = samples.filter(inTime).map((sample) => ({ at: x(sample.at), value: y(valueOf(sample)) }));
    // Within a level stretch only its ends are drawn.
    const corners = points.filter(
      ({ value }, place) => value !== points[place - 1]?.value || value !== points[place + 1]?.value,
    );
    const d = corners.map(({ at, value }) => `${at.toFixed(1)} ${value.toFixed(1)}`).join('L');
    lines.push(`<path stroke="${colourOf(index)}" d="M${d}"/>`);
  }
  return lines.join('\n');
}

const colourOf = (index: number): string => COLOURS[index % COLOURS.length]!;
const order = (index: number): number => (index === 0 ? 0 : COLOURS.length - index);
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')} h`;

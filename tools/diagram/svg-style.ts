import { FONT } from './text';

/** Colours by name, on a light and on a dark ground. Blue goes in and orange comes out: told apart by those who see no red or green. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ground: ['#ffffff', '#12171f'],
  text: ['#1f2328', '#e6edf3'],
  muted: ['#57606a', '#9aa5b1'],
  card: ['#ffffff', '#1d2530'],
  border: ['#8c959f', '#6e7884'],
  request: ['#0b62b8', '#5fb0ff'],
  result: ['#b3470b', '#ff9d57'],
  onBadge: ['#ffffff', '#12171f'],
  closed: ['#a40e26', '#ff8182'],
  closedGround: ['#fff1f0', '#2b1a1e'],
  internetGround: ['#f3f4f6', '#191f28'],
  networkGround: ['#eef4fb', '#151f2c'],
  publicGround: ['#fff8e5', '#2a2517'],
  privateGround: ['#e3eefa', '#192a3d'],
  servicesGround: ['#f3f4f6', '#191f28'],
  gateGround: ['#dce3ea', '#2a333e'],
};

const variables = (index: 0 | 1): string =>
  Object.entries(COLOURS)
    .map(([name, colours]) => `--${name}:${colours[index]}`)
    .join(';');

/** The style sheet of every picture. */
export const svgStyle = `svg{${variables(0)};font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){svg{${variables(1)}}}
text{fill:var(--text)}
.ground{fill:var(--ground)}
.heading{font-size:${FONT.heading}px;font-weight:700}
.zone rect{fill:none;stroke:var(--border);stroke-width:1}
.zone-title{font-size:${FONT.zone}px;font-weight:700}
.zone-line{font-size:${FONT.body}px;fill:var(--muted)}
.internet rect{fill:var(--internetGround);stroke-dasharray:5 4}
.cloud rect{stroke-dasharray:5 4}
.network rect{fill:var(--networkGround)}
.public rect{fill:var(--publicGround)}
.private rect{fill:var(--privateGround)}
.services rect{fill:var(--servicesGround)}
.gate rect{fill:var(--gateGround)}
.closed rect{fill:var(--closedGround);stroke:var(--closed);stroke-width:2}
.closed .zone-title{fill:var(--closed)}
.card rect{fill:var(--card);stroke:var(--border);stroke-width:1.2}
.card.sandbox rect{stroke:var(--closed);stroke-width:2}
.card-title{font-size:${FONT.title}px;font-weight:700}
.product{font-size:${FONT.body}px;fill:var(--muted)}
.line{font-size:${FONT.body}px}
.glyph{fill:none;stroke:var(--text);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}
.edge{fill:none;stroke-width:2.4}
.edge.request{stroke:var(--request)}.edge.result{stroke:var(--result)}.edge.aside{stroke:var(--muted);stroke-width:1.4}
marker.request path{fill:var(--request)}marker.result path{fill:var(--result)}marker.aside path{fill:var(--muted)}
.pill rect{fill:var(--ground);stroke-width:1.2}
.pill.request rect{stroke:var(--request)}.pill.result rect{stroke:var(--result)}.pill.aside rect{stroke:none}
.pill.request circle{fill:var(--request)}.pill.result circle{fill:var(--result)}
.number{font-size:13px;font-weight:700;text-anchor:middle;fill:var(--onBadge)}
.label{font-size:${FONT.label}px;text-anchor:middle}
.pill.aside .label{fill:var(--muted)}
.step{font-size:${FONT.zone}px}`;

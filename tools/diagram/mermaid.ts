import type { Architecture, Card, Edge, Zone } from './architecture';

const COLOURS: Readonly<Record<Edge['kind'], string>> = { request: '#0b62b8', result: '#d1570f', aside: '#8c959f' };

/** Pixels: no line of ours is longer, so none is broken. */
const WRAPPING_WIDTH = 560;
/** Pixels: Mermaid breaks a boundary's title at 200 and leaves no room for what does not fit. */
const SECOND_TITLE_LINE = 24;

/** The picture as a Mermaid flow chart: the same boundaries, cards and numbers. */
export function toMermaid({ title, zones, cards, edges }: Architecture): string {
  const box = (zone: Zone, indent: string): string[] => [
    `${indent}subgraph ${zone.id}_boundary["<b>${text(zone.title)}</b>"]`,
    ...(zone.lines.length > 0 ? [`${indent}  ${zone.id}_note["${quoted(zone.lines.map(text))}"]`] : []),
    ...cards.filter((card) => card.zone === zone.id).map((card) => `${indent}  ${node(card)}`),
    ...zones.filter(({ within }) => within === zone.id).flatMap((inner) => part(inner, `${indent}  `)),
    `${indent}end`,
  ];
  // Mermaid cannot draw a boundary that holds nothing.
  const part = (zone: Zone, indent: string): string[] =>
    hasCards(zone.id, zones, cards)
      ? box(zone, indent)
      : [`${indent}${zone.id}["${quoted([`<b>${text(zone.title)}</b>`, ...zone.lines.map(text)])}"]`];
  const links = edges.map(
    ({ from, to, step, label }) => `  ${from} -- "${text(step === undefined ? label : `${step} ${label}`)}" --> ${to}`,
  );
  const styles = (['request', 'result', 'aside'] as const).flatMap((kind) => {
    const numbers = edges.flatMap((edge, index) => (edge.kind === kind ? [index] : []));
    const width = kind === 'aside' ? '1px' : '2px';
    return numbers.length === 0
      ? []
      : [`  linkStyle ${numbers.join(',')} stroke:${COLOURS[kind]},stroke-width:${width}`];
  });
  const outer = zones.filter(({ within }) => within === undefined);
  const notes = zones.filter(({ id, lines }) => lines.length > 0 && hasCards(id, zones, cards));
  const closed = zones.filter(({ kind }) => kind === 'closed');
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    'config:',
    '  flowchart:',
    `    wrappingWidth: ${WRAPPING_WIDTH}`,
    '    subGraphTitleMargin:',
    `      bottom: ${SECOND_TITLE_LINE}`,
    '---',
    'flowchart TB',
    ...outer.flatMap((zone) => part(zone, '  ')),
    ...links,
    ...styles,
    ...notes.map(({ id }) => `  style ${id}_note fill:none,stroke:none`),
    ...closed.map(({ id }) => `  style ${id}_boundary stroke:#cf222e,stroke-width:2px`),
    '',
  ].join('\n');
}

function hasCards(id: string, zones: readonly Zone[], cards: readonly Card[]): boolean {
  return (
    cards.some(({ zone }) => zone === id) || zones.some((zone) => zone.within === id && hasCards(zone.id, zones, cards))
  );
}

function node({ id, role, title, product, name, lines }: Card): string {
  const words = quoted([
    `<b>${text(title)}</b>`,
    ...[product, name].flatMap((part) => (part === undefined ? [] : [text(part)])),
    ...lines.map(text),
  ]);
  if (role === 'queue' || role === 'dead-letters') return `${id}[["${words}"]]`;
  if (role === 'event-store' || role === 'programs') return `${id}[("${words}")]`;
  return role === 'clients' ? `${id}(["${words}"])` : `${id}["${words}"]`;
}

const quoted = (lines: readonly string[]): string => lines.join('<br/>');

/** Mermaid knows characters by number, and reads a label as HTML. */
function text(words: string): string {
  return words.replace(/[&"<>#;*_`]/g, (character) => `#${character.codePointAt(0)};`);
}

import type { Architecture, Card, Edge, Zone } from './architecture';

const COLOURS: Readonly<Record<Edge['kind'], string>> = { request: '#0b62b8', result: '#d1570f', aside: '#8c959f' };

/** The picture as a Mermaid flow chart: the same boundaries, cards and numbers. */
export function toMermaid({ title, zones, cards, edges }: Architecture): string {
  const box = (zone: Zone, indent: string): string[] => [
    `${indent}subgraph ${zone.id}_boundary["${quoted([`<b>${text(zone.title)}</b>`, ...zone.lines.map(text)])}"]`,
    ...cards.filter((card) => card.zone === zone.id).map((card) => `${indent}  ${node(card)}`),
    ...zones.filter(({ within }) => within === zone.id).flatMap((inner) => box(inner, `${indent}  `)),
    `${indent}end`,
  ];
  // A boundary without a card would be drawn as one: what it says stands in the boundary around it.
  const drawn = zones.filter(({ id }) => hasCards(id, zones, cards));
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
  const outer = drawn.filter(({ within }) => within === undefined);
  const closed = drawn.filter(({ kind }) => kind === 'closed');
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    'flowchart TB',
    ...outer.flatMap((zone) => box(zone, '  ')),
    ...links,
    ...styles,
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

import * as fc from 'fast-check';
import type { Architecture, Card, Zone } from '../../../tools/diagram/architecture';
import { layOut, type Rectangle } from '../../../tools/diagram/layout';
import { place } from '../../../tools/diagram/placement';
import { routeEdges } from '../../../tools/diagram/route';
import { toSvg } from '../../../tools/diagram/svg';

const zones: readonly Zone[] = [
  { id: 'internet', kind: 'internet', title: 'Internet', lines: [] },
  { id: 'network', kind: 'network', title: 'Network', lines: ['a line'] },
  { id: 'private', kind: 'private', title: 'Private', lines: [], within: 'network' },
  { id: 'closed', kind: 'closed', title: 'Closed', lines: ['in: nothing'], within: 'private' },
  { id: 'services', kind: 'services', title: 'Services', lines: [] },
];

/** Any number of services, and of what they use; texts of any length. */
const architectures = fc
  .record({ services: fc.nat(3), others: fc.nat(7), lines: fc.array(fc.string({ maxLength: 40 }), { maxLength: 8 }) })
  .map(({ services, others, lines }): Architecture => {
    const card = (id: string, role: Card['role'], zone: string): Card => ({
      id,
      role,
      zone,
      title: id,
      lines,
      isMany: id > 'm',
    });
    const numbered = (count: number, make: (index: number) => Card): Card[] =>
      Array.from({ length: count }, (_, index) => make(index));
    return {
      name: 'any',
      title: 'Any',
      description: 'Any',
      zones,
      cards: [
        card('clients', 'clients', 'internet'),
        card('front', 'load-balancer', 'network'),
        card('gateway', 'gateway', 'private'),
        card('store', 'event-store', 'private'),
        card('runner', 'runner', 'closed'),
        card('sandbox', 'sandbox', 'closed'),
        card('queue', 'queue', 'services'),
        ...numbered(services, (index) => card(`service${index}`, 'service', 'private')),
        ...numbered(others, (index) => card(`other${index}`, 'logs', 'services')),
      ],
      edges: [
        { from: 'clients', to: 'front', kind: 'request', step: 1, label: 'in' },
        { from: 'front', to: 'gateway', kind: 'request', step: 2, label: 'in' },
        { from: 'gateway', to: 'queue', kind: 'request', step: 3, label: 'in' },
        { from: 'queue', to: 'runner', kind: 'request', step: 4, label: 'in' },
        { from: 'runner', to: 'store', kind: 'result', step: 5, label: 'out' },
        { from: 'store', to: 'gateway', kind: 'result', step: 6, label: 'out' },
      ],
      steps: [],
    };
  });

const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (outer: Rectangle, inner: Rectangle): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

describe('the layout of any stack', () => {
  it('puts no card on another, each into its boundary, and no boundary across one that does not hold it', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const layout = layOut(architecture, place(architecture), 50);
        const box = new Map(layout.zones.map((placed) => [placed.zone.id, placed]));
        layout.cards.forEach((card, index) => {
          expect(holds(box.get(card.card.zone)!, card.reach)).toBe(true);
          for (const other of layout.cards.slice(index + 1)) expect(overlap(card.reach, other.reach)).toBe(false);
        });
        for (const placed of layout.zones) {
          if (placed.zone.within !== undefined) expect(holds(box.get(placed.zone.within)!, placed)).toBe(true);
          for (const other of layout.zones) {
            if (other.zone.within === placed.zone.within && other !== placed)
              expect(overlap(other, placed)).toBe(false);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('leads each line from its card to the other, at right angles, through no third card', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const layout = layOut(architecture, place(architecture), 50);
        const cards = new Map(layout.cards.map((card) => [card.card.id, card]));
        for (const { edge, points } of routeEdges(layout, architecture.edges)) {
          const [first, last] = [points[0]!, points.at(-1)!];
          expect(holds(cards.get(edge.from)!.reach, { ...first, width: 0, height: 0 })).toBe(true);
          expect(holds(cards.get(edge.to)!.reach, { ...last, width: 0, height: 0 })).toBe(true);
          points.slice(1).forEach((point, index) => {
            const before = points[index]!;
            expect(point.x === before.x || point.y === before.y).toBe(true);
            const segment = {
              x: Math.min(point.x, before.x),
              y: Math.min(point.y, before.y),
              width: Math.abs(point.x - before.x),
              height: Math.abs(point.y - before.y),
            };
            for (const [id, { reach }] of cards)
              if (id !== edge.from && id !== edge.to) expect(overlap(reach, segment)).toBe(false);
          });
        }
      }),
      { numRuns: 8 },
    );
  });

  it('writes what would be markup as text', () => {
    const [architecture] = fc.sample(architectures, { numRuns: 1, seed: 1 });
    const svg = toSvg({ ...architecture!, title: '<script>alert("1")</script> & more' });
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more');
  });
});

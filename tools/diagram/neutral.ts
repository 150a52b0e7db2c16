import { Failure } from '../failure';
import type { Architecture, Card, Edge, Role, Zone, ZoneKind } from './architecture';

/** What matters to whoever asks how code is run safely, and how results come back. */
const ROLES: readonly Role[] = [
  'clients',
  'load-balancer',
  'gateway',
  'event-store',
  'runner',
  'sandbox',
  'queue',
  'dead-letters',
];

/**
 * One picture of what both clouds have in common: the roles, boundaries and edges of a job that are in both, with the figures that are
 * equal in both.
 *
 * @throws Failure when the clouds do not agree on where a part stands
 */
export function neutral(aws: Architecture, gcp: Architecture): Architecture {
  for (const { name, zones } of [aws, gcp]) {
    const isPrivate = zones.some(({ lines }) => lines.some((line) => /^no (public|external) address\b/.test(line)));
    if (!isPrivate)
      throw new Failure(`${name}: machines have addresses on the internet: there is nothing to draw as private`);
  }
  const pairs = ROLES.map((role) => {
    const [one, other] = [aws, gcp].map((architecture) => cardOfJob(architecture, role));
    if (one === undefined || other === undefined) throw new Failure(`not both stacks have a part for the role ${role}`);
    const [kind, otherKind] = [kindOf(aws, one), kindOf(gcp, other)];
    if (role === 'runner' && (kind !== 'closed' || otherKind !== 'closed'))
      throw new Failure('the machines that run code have a way out: there is nothing to draw as safe');
    if (kind !== otherKind) throw new Failure(`${one.title} stands in ${kind} on AWS, in ${otherKind} on GCP`);
    return { role, one, other, kind };
  });
  const roleOf = new Map(pairs.flatMap(({ role, one, other }) => [[one.id, role] as const, [other.id, role] as const]));
  const edges = (architecture: Architecture): Edge[] =>
    architecture.edges.flatMap((edge): Edge[] => {
      const [from, to] = [roleOf.get(edge.from), roleOf.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, from: nodeId(from), to: nodeId(to) }];
    });
  const onGcp = new Set(edges(gcp).map((edge) => JSON.stringify(edge)));
  const texts = new Set(gcp.steps.map(({ text }) => text));
  const kinds = new Set(pairs.map(({ kind }) => kind));
  return {
    name: 'playground',
    title: 'How code in any language is run, and how results come back',
    description:
      'What the stacks of both clouds have in common: the boundaries, what stands in each, and the numbered way of one job. ' +
      'Drawn from the construct trees.',
    zones: ZONES.filter(({ kind }) => kind === 'cloud' || kinds.has(kind)),
    cards: pairs.map(({ role, one, other, kind }) => ({
      id: nodeId(role),
      role,
      title: one.title,
      product: role === 'gateway' || role === 'runner' ? undefined : productInCommon(one.product, other.product),
      lines: wordsOf(role, factsInCommon(one, other)) ?? one.lines.filter((line) => other.lines.includes(line)),
      zone: kind,
      isMany: one.isMany && other.isMany,
    })),
    edges: edges(aws).filter((edge) => onGcp.has(JSON.stringify(edge))),
    steps: aws.steps.filter(({ text }) => texts.has(text)),
  };
}

const ZONES: readonly (Zone & { readonly id: ZoneKind })[] = [
  { id: 'internet', kind: 'internet', title: 'Internet', lines: [] },
  { id: 'cloud', kind: 'cloud', title: 'Your AWS account or Google Cloud project', lines: [] },
  { id: 'public', kind: 'public', title: 'Edge: all that the internet reaches', lines: [], within: 'cloud' },
  { id: 'private', kind: 'private', title: 'Private network: no public address, no NAT', lines: [], within: 'cloud' },
  {
    id: 'closed',
    kind: 'closed',
    title: 'No way out',
    lines: ['in: nothing', 'out: the cloud’s APIs, the event store'],
    within: 'private',
  },
  { id: 'services', kind: 'services', title: 'Managed services', lines: [], within: 'cloud' },
];

/** The card of a role that the first job's way goes through. */
function cardOfJob({ cards, edges }: Architecture, role: Role): Card | undefined {
  const onWay = new Set(edges.filter(({ step }) => step !== undefined).flatMap(({ from, to }) => [from, to]));
  const those = cards.filter((card) => card.role === role);
  return those.find(({ id }) => onWay.has(id)) ?? those[0];
}

function kindOf({ zones }: Architecture, card: Card): ZoneKind {
  return zones.find(({ id }) => id === card.zone)!.kind;
}

function factsInCommon(one: Card, other: Card): Readonly<Record<string, string | number>> {
  return Object.fromEntries(Object.entries(one.facts ?? {}).filter(([name, value]) => other.facts?.[name] === value));
}

/** In the words of whoever has seen neither cloud; a figure that differs is left out. Undefined: what both cards say. */
function wordsOf(role: Role, facts: Readonly<Record<string, string | number>>): string[] | undefined {
  const say = (words: (figure: string | number) => string, name: string): string[] =>
    facts[name] === undefined ? [] : [words(facts[name])];
  switch (role) {
    case 'load-balancer':
      return [
        ...say((minimum) => `TLS ${minimum} or newer`, 'minimumTls'),
        ...say((count) => `${count} public paths, else 404`, 'paths'),
      ];
    case 'gateway':
      return ['checks tokens and limits', ...say((count) => `${count} machines`, 'machines')];
    case 'event-store':
      return ['talk: numbered, resumable', ...say((count) => `${count} replica in another zone`, 'replicas')];
    case 'queue':
      return ['work: whole jobs', ...say((seconds) => `a claim holds ${seconds} s`, 'visibilitySeconds')];
    case 'dead-letters':
      return ['failed at each attempt'];
    case 'runner':
      return [
        'takes work, is not called',
        ...say((count) => `${count} machines`, 'machines'),
        ...say((count) => `${count} jobs at once on each`, 'slots'),
      ];
    default:
      return undefined;
  }
}

/** The shorter name where one holds the other, or the words that both share, or both. */
function productInCommon(one = '', other = ''): string | undefined {
  const [short, long] = [one, other].sort((a, b) => a.length - b.length) as [string, string];
  if (long.toLowerCase().includes(short.toLowerCase())) return short || undefined;
  const words = short.split(' ');
  const shared = words.findIndex((_, from) => long.endsWith(` ${words.slice(from).join(' ')}`));
  return shared < 0 ? `${one} or ${other}` : words.slice(shared).join(' ').replace(/^for /, '');
}

const nodeId = (role: Role): string => role.replace(/\W/g, '_');

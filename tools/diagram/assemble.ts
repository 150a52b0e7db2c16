import { Failure } from '../failure';
import type { Architecture, Card, Edge, Role } from './architecture';
import { stepsOf, type JobFlow } from './job-flow';
import { BOOTSTRAP, placeOf, type Reading, type Verb } from './reading';
import type { ResourceGroup } from './shown';
import { bootVariable, listed } from './words';

/**
 * The picture of one cloud. Who is the gateway and who the runner is told by their rights: the one may send to a queue, the other take
 * from it.
 *
 * @throws Failure when a step of a job has no right or no open way in the stack
 */
export function assemble(reading: Reading): Architecture {
  const { tree, groups, rights } = reading;
  const kind = (wanted: ResourceGroup['kind']): ResourceGroup[] => groups.filter((group) => group.kind === wanted);
  const holds = (group: ResourceGroup, what: string | undefined): boolean =>
    group.resources.some(({ address }) => address === what);
  const may = (verb: Verb, group: ResourceGroup): string[] =>
    [...new Set(rights.filter((right) => right.may === verb && holds(group, right.what)).map(({ who }) => who))].sort();
  const machines = (owner: string): ResourceGroup => kind('machines').find(({ key }) => key === owner)!;

  const jobs = kind('queue').filter((queue) => may('take', queue).length > 0);
  const runners = new Set(jobs.flatMap((queue) => may('take', queue)));
  const gateways = new Set(jobs.flatMap((queue) => may('send', queue)));
  const asideOf = (queue: ResourceGroup): ResourceGroup | undefined => {
    const targets = queue.resources.map(({ address }) => reading.deadLettersOf.get(address));
    return kind('queue').find((other) => targets.some((target) => holds(other, target)));
  };
  const aside = new Set(jobs.map(asideOf));
  const flows = jobs.map((queue): JobFlow => {
    const need = <T>(found: T | undefined, what: string): T => {
      if (found === undefined) throw new Failure(`${tree.stack}: a job cannot take its way: ${what}`);
      return found;
    };
    const runner = machines(need(may('take', queue)[0], 'no machine may take from its queue'));
    const gateway = machines(need(may('send', queue)[0], 'no machine may send to its queue'));
    const front = need(
      kind('front').find((found) => port(reading, placeOf(found), placeOf(gateway)) !== undefined),
      'no load balancer reaches the machines that send jobs',
    );
    const store = need(
      kind('event-store').find((found) => [runner, gateway].every(({ key }) => may('connect', found).includes(key))),
      'no event store lets both the machines that send jobs and those that take them connect',
    );
    const [runnerPort, gatewayPort] = [runner, gateway].map((group) =>
      need(port(reading, placeOf(group), placeOf(store)), `${group.key} does not reach the event store`),
    );
    if (runnerPort !== gatewayPort) throw new Failure(`${tree.stack}: the event store is reached at two ports`);
    return {
      front,
      gateway,
      queue,
      deadLetters: need(asideOf(queue), 'its queue has no dead letters'),
      runner,
      store,
      frontPort: need(httpsPort(reading, front), 'nothing reaches the load balancer from the internet'),
      gatewayPort: port(reading, placeOf(front), placeOf(gateway))!,
      storePort: runnerPort!,
      runtime: need(bootVariable(runner, 'SANDPIPER_RUNTIME'), 'its runner is told no sandbox runtime'),
      leaseSeconds: Number(need(bootVariable(runner, 'SANDPIPER_LEASE_SECONDS'), 'its runner is told no lease')),
    };
  });
  if (flows.length === 0) throw new Failure(`${tree.stack}: there is no queue that a machine may take from`);

  const roleOf = (group: ResourceGroup): Role => {
    switch (group.kind) {
      case 'front':
        return 'load-balancer';
      case 'machines':
        return runners.has(group.key) ? 'runner' : gateways.has(group.key) ? 'gateway' : 'service';
      case 'queue':
        return aside.has(group) ? 'dead-letters' : 'queue';
      default:
        return group.kind === 'gate' ? 'names' : group.kind;
    }
  };
  const nameOf = (owner: string): string => TITLES[roleOf(machines(owner))]?.toLowerCase() ?? owner;
  const readers = (group: ResourceGroup): string[] => {
    const names = may('read', group).map(nameOf);
    return names.length === 0 ? [] : [`read by ${listed(names)}`];
  };
  const cards = groups
    .filter((group) => group.kind !== 'gate')
    .map((group): Card => {
      const role = roleOf(group);
      const words = reading.words(group);
      const flow = flows.find(({ store }) => store === group);
      return {
        ...words,
        id: cardId(group),
        role,
        title: TITLES[role] ?? words.title,
        name: group.kind === 'machines' && TITLES[role] ? group.key : undefined,
        lines: [
          ...words.lines,
          ...(flow === undefined ? [] : [`${words.facts?.tls ?? 'plain'} ${flow.storePort}`]),
          ...(group.kind === 'secrets' || group.kind === 'programs' ? readers(group) : []),
        ],
        zone: role === 'runner' ? 'closed' : reading.zoneOf(group),
        isMany: group.kind === 'machines',
      };
    });
  const pushed = rights.filter(({ what }) => what === BOOTSTRAP).map(({ who }) => nameOf(who));
  const pushedCard: Card = {
    ...reading.bootstrapWords,
    id: 'bootstrap',
    role: 'programs',
    zone: 'services',
    lines: [...reading.bootstrapWords.lines, `read by ${listed([...new Set(pushed)].sort())}`],
  };
  const [main] = flows as [JobFlow, ...JobFlow[]];
  return {
    name: reading.name,
    title: reading.title,
    description: `The network boundaries of ${tree.stack}, what stands in each, and the numbered way of one job. Drawn from the construct tree.`,
    zones: [
      ...reading.zones.map((zone) => withGate(zone, kind('gate'), reading)),
      reading.closedZone(main.runner),
    ].filter(({ id }) => isUsed(id, cards, reading)),
    cards: [clients(), ...cards, ...(pushed.length > 0 ? [pushedCard] : []), ...flows.map(sandboxOf)],
    edges: [
      ...flows.flatMap((flow, index) => edgesOf(flow, index === 0)),
      ...kind('front').flatMap((front) => serviceEdges(reading, front, kind('machines'), flows)),
    ],
    steps: stepsOf(main, cards),
  };
}

const TITLES: Readonly<Partial<Record<Role, string>>> = {
  gateway: 'Gateway',
  runner: 'Runner',
  queue: 'Job queue',
  'dead-letters': 'Dead letters',
};

/** Letters, digits and `_`: what holds the resource, and its construct id, where a card stands for one. */
function cardId({ kind, key, resources }: ResourceGroup): string {
  const only = resources.find(({ address }) => address === key);
  return [kind, ...(only ? [only.owner, only.id] : [key])].join('_').replace(/\W/g, '_');
}

/** The port that is open from one place to another. */
function port({ ways }: Reading, from: string, to: string): number | undefined {
  return ways.find((way) => way.from === from && way.to === to)?.port;
}

/** The load balancer's port for TLS, if the internet reaches it. */
function httpsPort(reading: Reading, front: ResourceGroup): number | undefined {
  const https = reading.words(front).facts?.port;
  return reading.ways.find((way) => way.from === 'internet' && way.to === placeOf(front) && way.port === https)?.port;
}

/** The gate has no card: what it lets through is written in the boundary. */
function withGate<T extends { readonly kind: string; readonly title: string; readonly lines: readonly string[] }>(
  zone: T,
  gates: readonly ResourceGroup[],
  reading: Reading,
): T {
  const [gate] = gates;
  if (zone.kind !== 'gate' || gate === undefined) return zone;
  const { title, lines } = reading.words(gate);
  return { ...zone, title, lines };
}

/** Boundaries that hold nothing are not drawn; the gate is one that things pass. */
function isUsed(id: string, cards: readonly Card[], reading: Reading): boolean {
  if (id === 'gate' || id === 'internet' || id === 'closed') return true;
  const inside = reading.zones.filter(({ within }) => within === id).map((zone) => zone.id);
  return cards.some(({ zone }) => zone === id) || inside.some((inner) => isUsed(inner, cards, reading));
}

function clients(): Card {
  return {
    id: 'clients',
    role: 'clients',
    title: 'Clients',
    lines: ['page, CLI, Piston clients', 'code + language + version'],
    zone: 'internet',
    isMany: true,
  };
}

/** What holds one job: no resource, but what the runner is told to use. */
function sandboxOf({ runner, runtime }: JobFlow): Card {
  return {
    id: `sandbox_${runner.key}`.replace(/\W/g, '_'),
    role: 'sandbox',
    title: 'Sandbox',
    product: runtime === 'runsc' ? 'gVisor: a kernel of its own' : runtime,
    lines: ['one job, then gone', 'no network', 'read-only root file system', 'capped: memory, CPU, time, output'],
    zone: 'closed',
    facts: { runtime },
  };
}

function edgesOf(flow: JobFlow, isNumbered: boolean): Edge[] {
  const { front, gateway, queue, deadLetters, runner, store, frontPort, gatewayPort } = flow;
  const step = (number: number) => (isNumbered ? { step: number } : {});
  const [lb, gate, jobs, letters, run, events] = [front, gateway, queue, deadLetters, runner, store].map(cardId) as [
    ...string[],
  ] as [string, string, string, string, string, string];
  const sandbox = sandboxOf(flow).id;
  return [
    { from: 'clients', to: lb, kind: 'request', ...step(1), label: `submit :${frontPort}` },
    { from: lb, to: gate, kind: 'request', ...step(2), label: `:${gatewayPort}` },
    { from: gate, to: jobs, kind: 'request', ...step(3), label: 'whole job' },
    { from: jobs, to: run, kind: 'request', ...step(4), label: 'claim' },
    { from: run, to: sandbox, kind: 'request', ...step(5), label: 'run' },
    { from: run, to: events, kind: 'result', ...step(6), label: 'append' },
    { from: events, to: gate, kind: 'result', ...step(7), label: 'follow' },
    { from: gate, to: lb, kind: 'result', ...step(8), label: 'events' },
    { from: lb, to: 'clients', kind: 'result', ...step(8), label: 'events' },
    { from: jobs, to: letters, kind: 'aside', label: 'spent' },
  ];
}

/** Services that run no jobs. */
function serviceEdges(
  reading: Reading,
  front: ResourceGroup,
  machines: readonly ResourceGroup[],
  flows: readonly JobFlow[],
): Edge[] {
  if (flows.some((flow) => flow.front === front)) return [];
  const outside = httpsPort(reading, front);
  return machines.flatMap((group) => {
    const inside = port(reading, placeOf(front), placeOf(group));
    if (inside === undefined) return [];
    return [
      { from: 'clients', to: cardId(front), kind: 'aside', label: `:${outside}` },
      { from: cardId(front), to: cardId(group), kind: 'aside', label: `:${inside}` },
    ] satisfies Edge[];
  });
}

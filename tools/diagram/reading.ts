import type { Card, Zone } from './architecture';
import type { ResourceGroup } from './shown';
import type { StackTree } from './stack-tree';

/** What a machine's identity may do, as far as it is drawn. */
export type Verb = 'send' | 'take' | 'read' | 'write' | 'connect' | 'publish';

/** Where objects lie that were pushed before the stack was deployed: no resource of it. */
export const BOOTSTRAP = 'bootstrap';

/** One right of the machines of an owner. */
export interface Right {
  /** Owner of the machines. */
  readonly who: string;
  readonly may: Verb;
  /** Address of the resource, or {@link BOOTSTRAP}; absent where the right is on no resource. */
  readonly what?: string;
}

/** A way that the rules of the network leave open. */
export interface Way {
  /** `internet`, or the group's kind and key. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** The words of a card. */
export type Words = Pick<Card, 'title' | 'product' | 'lines' | 'facts'>;

/** A cloud's stack, read as far as both clouds differ in how it is written. */
export interface Reading {
  readonly name: string;
  readonly title: string;
  readonly tree: StackTree;
  readonly groups: readonly ResourceGroup[];
  readonly rights: readonly Right[];
  readonly ways: readonly Way[];
  /** Queue by queue, the one that takes what it puts aside: addresses. */
  readonly deadLettersOf: ReadonlyMap<string, string>;
  /** The boundaries, but for that of the machines that run code. */
  readonly zones: readonly Zone[];
  /** Id of the boundary that a group stands in. */
  zoneOf(group: ResourceGroup): string;
  /** The boundary around the machines that take jobs. */
  closedZone(runners: ResourceGroup): Zone;
  words(group: ResourceGroup): Words;
  /** The pushed objects, which are no resource. */
  readonly bootstrapWords: Words;
}

/** How a group is called by a {@link Way}. */
export function placeOf({ kind, key }: Pick<ResourceGroup, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}

import { Failure } from '../failure';
import type { StackTree, TreeResource } from './stack-tree';

/**
 * How a type of resource is shown: on a card of that name, in a boundary, as the lines that it allows, or not at all and why.
 * The tables of both clouds must know every type of their stacks, or there is no picture.
 */
export type Shown =
  | { readonly on: CardKind; readonly one?: 'each' | 'for each owner' | 'for all' }
  | { readonly as: 'boundary' | 'right' | 'rule' }
  | { readonly not: string };

/** Cards that are made of resources. */
export type CardKind =
  | 'front'
  | 'machines'
  | 'queue'
  | 'event-store'
  | 'gate'
  | 'names'
  | 'secrets'
  | 'programs'
  | 'logs'
  | 'alarms'
  | 'key';

/** The resources of one card. */
export interface ResourceGroup {
  readonly kind: CardKind;
  /** What tells it from the others of its kind. */
  readonly key: string;
  readonly resources: readonly TreeResource[];
}

/** @throws Failure naming the types that the table does not know */
export function refuseUnknownTypes(tree: StackTree, table: Readonly<Record<string, Shown>>, file: string): void {
  const unknown = [...new Set(tree.resources.map(({ type }) => type))].filter((type) => table[type] === undefined);
  if (unknown.length === 0) return;
  throw new Failure(
    `${tree.stack} has resources of ${unknown.length === 1 ? 'a type' : 'types'} that the picture does not know: ` +
      `${unknown.join(', ')}; say in ${file} how they are drawn, or why not`,
  );
}

/** Every resource that is shown on a card, with those that share it. In the order of the tree. */
export function groupsOf(
  tree: StackTree,
  table: Readonly<Record<string, Shown>>,
  exceptions: (resource: TreeResource) => { readonly kind: CardKind; readonly key: string } | undefined,
): ResourceGroup[] {
  const groups = new Map<string, { kind: CardKind; key: string; resources: TreeResource[] }>();
  for (const resource of tree.resources) {
    const shown = table[resource.type];
    if (shown === undefined || !('on' in shown)) continue;
    const { kind, key } = exceptions(resource) ?? { kind: shown.on, key: keyOf(resource, shown.one) };
    const group = groups.get(`${kind} ${key}`) ?? { kind, key, resources: [] };
    group.resources.push(resource);
    groups.set(`${kind} ${key}`, group);
  }
  return [...groups.values()];
}

function keyOf(resource: TreeResource, one: 'each' | 'for each owner' | 'for all' = 'for all'): string {
  if (one === 'each') return resource.address;
  return one === 'for each owner' ? resource.owner : 'all';
}

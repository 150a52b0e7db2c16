import type { StackTree, TreeResource } from '../../../tools/diagram/stack-tree';

/** A tree with resources more, changed or gone. */
export function withResources(
  tree: StackTree,
  change: (resources: TreeResource[]) => readonly TreeResource[],
): StackTree {
  return { ...tree, resources: change([...tree.resources]) };
}

/** A resource that the stack does not have. */
export function newResource(
  type: string,
  id: string,
  attributes: TreeResource['attributes'] = {},
  owner = 'platform',
): TreeResource {
  const text = JSON.stringify(attributes);
  return {
    type,
    id,
    owner,
    address: `${type}.${owner}_${id}`,
    attributes,
    text,
    references: new Set(
      [...text.matchAll(/\b((?:aws|google)_[a-z0-9_]+\.[A-Za-z_][\w-]*)/g)].map(([, found = '']) => found),
    ),
  };
}

/** The one resource of a type that one of an owner has by that id. */
export function resourceOf(tree: StackTree, type: string, owner: string, id: string): TreeResource {
  const found = tree.resources.filter(
    (resource) => resource.type === type && resource.owner === owner && resource.id === id,
  );
  if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${owner}/${id}, not one`);
  return found[0]!;
}

import type { PlannedResource } from './planned-stack';

/** A change of a plan that a rule must see. */
export interface Mutation {
  readonly rule: string;
  readonly what: string;
  readonly type: string;
  /** Which of that type are meant. @default all */
  readonly where?: (resource: PlannedResource) => boolean;
  /** Changes the first resource of the type; `delete` takes all of the type away. */
  readonly change: 'delete' | ((resource: PlannedResource) => void);
}

/** The resources after the change, which must hit something. */
export function mutate(
  resources: readonly PlannedResource[],
  { type, where = () => true, change }: Mutation,
): PlannedResource[] {
  const copy = structuredClone(resources) as PlannedResource[];
  const first = copy.find((resource) => resource.type === type && where(resource));
  if (first === undefined) throw new Error(`no ${type} in the plan`);
  if (change === 'delete') return copy.filter((resource) => resource.type !== type);
  change(first);
  return copy;
}

import type { Finding } from '../../../kit/checkov/finding';
import type { PlannedResource } from '../planned-stack';

/** A promise about every resource of a stack, kept on both clouds. */
export interface Rule {
  readonly id: string;
  readonly promise: string;
  /** Breaches. A stack that holds nothing the rule speaks of breaches it too: a rule that looks at nothing promises nothing. */
  readonly breaches: (resources: readonly PlannedResource[]) => readonly Breach[];
}

export interface Breach {
  readonly address: string;
  readonly problem: string;
}

export function findBreaches(rules: readonly Rule[], resources: readonly PlannedResource[]): Finding[] {
  return rules.flatMap(({ id, breaches }) =>
    breaches(resources).map(({ address, problem }) => ({ check: id, resource: address, problem })),
  );
}

/** Resources of one type; none at all is a breach of its own. */
export function each(
  resources: readonly PlannedResource[],
  type: string,
  problemOf: (resource: PlannedResource) => string | false | undefined,
): Breach[] {
  const found = resources.filter((resource) => resource.type === type);
  if (found.length === 0) return [{ address: type, problem: 'is not in the stack' }];
  return found.flatMap((resource) => {
    const problem = problemOf(resource);
    return problem ? [{ address: resource.address, problem }] : [];
  });
}

/** Whether a resource of `type` says with its attribute `of` that it belongs to `resource`, and keeps `condition`. */
export function hasCompanion(
  resources: readonly PlannedResource[],
  resource: PlannedResource,
  type: string,
  of: string,
  condition: (companion: PlannedResource) => boolean = () => true,
): boolean {
  return resources.some(
    (other) => other.type === type && String(other.written[of]).includes(`\${${resource.address}.`) && condition(other),
  );
}

import type { Opening } from '../flow';
import type { Plan } from '../plan';

/** Which names machines can have resolved. Security groups do not filter the VPC's own resolver. */
export interface NameResolution {
  readonly limit: string;
  readonly by: readonly string[];
  readonly openings: readonly Opening[];
  readonly remains: readonly string[];
}

/** What the plan says of the resolver. */
export function nameResolution(_plan: Plan): NameResolution {
  return {
    limit: 'any name',
    by: [],
    openings: [],
    remains: [
      "The VPC's resolver answers for every name: a runner that was taken over could tell a few bytes in the names it asks for. A sandbox has no network and asks for none.",
    ],
  };
}

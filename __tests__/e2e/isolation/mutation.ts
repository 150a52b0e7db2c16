import type { PlanEditor } from './edit-plan';

/** A change of a plan that opens a way out of a runner. */
export interface Mutation {
  readonly what: string;
  readonly change: (plan: PlanEditor) => void;
  /** What is found: the address and the problem of an opening. */
  readonly opening: RegExp;
}

/** A change that opens nothing: a check that refuses these would refuse everything. */
export type Harmless = Pick<Mutation, 'what' | 'change'>;

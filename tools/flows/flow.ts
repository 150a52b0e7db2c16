/** Somebody that sends or answers: a kind of machine, a load balancer, a service of the cloud, the internet. */
export interface Party {
  /** As the tables name it. */
  readonly name: string;
  /** `runner`: runs strangers' code. `service`: stands behind a load balancer. */
  readonly kind: 'runner' | 'service' | 'front' | 'cloud' | 'outside';
}

/** A connection that the plan lets through. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  /** Such as `tcp 443`. */
  readonly ports: string;
  /** What for, in the words of the rules that allow it. */
  readonly why: string;
  /** Addresses of what lets it through. */
  readonly by: readonly string[];
  /** What keeps it narrow, besides addresses and ports. */
  readonly limit?: string;
}

/** What a machine's identity may do. */
export interface Permission {
  readonly who: Party;
  /** Actions on AWS, a role on GCP. */
  readonly what: readonly string[];
  readonly on: readonly string[];
  readonly condition?: string;
  readonly by: string;
}

/** Something that opens a way out of a runner, or of which the plan does not tell. */
export interface Opening {
  /** Address of the resource, or of the runner that lacks something. */
  readonly address: string;
  readonly problem: string;
}

/** What closes a kind of machine to everything that is not a flow. */
export interface Closure {
  readonly who: Party;
  readonly what: string;
  readonly by: readonly string[];
}

/** Everything that the plan of one cloud says of who reaches whom. */
export interface FlowReport {
  readonly cloud: 'aws' | 'gcp';
  readonly flows: readonly Flow[];
  readonly closures: readonly Closure[];
  readonly permissions: readonly Permission[];
  /** Empty: a runner reaches what is named, and nothing else. */
  readonly openings: readonly Opening[];
  /** What no plan closes, in words. */
  readonly remains: readonly string[];
}

export const INTERNET: Party = { name: 'internet', kind: 'outside' };

/** Rules that one load balancer has ("Quotas for your Application Load Balancers": 100, the default rules not counted). */
export const MAXIMUM_RULES = 100;

/** Values that one condition compares with, and all conditions of one rule ("Condition types for listener rules": 3 and 5). */
const PATHS_PER_RULE = 3;
const HOSTS_PER_RULE = 2;

/** Distance of the priorities of two groups of host names: more than there are rules, so that no group reaches the next. */
const PRIORITIES_PER_HOST_GROUP = 500;
const FIRST_PRIORITY = 100;

/** One listener rule that forwards: any of these paths at any of these names. */
export interface PathRule {
  /** Part of the construct id. The same id has the same priority for ever: two rules never swap theirs. */
  readonly id: string;
  readonly priority: number;
  readonly paths: readonly string[];
  /** Empty: any name. */
  readonly hostNames: readonly string[];
}

/**
 * Splits public paths and host names into rules that fit. Appending a path or a name changes no other rule's address or
 * priority.
 *
 * A pattern is compared with the path as the client wrote it; the load balancer neither decodes nor cleans it. An exact
 * path therefore has one spelling: `/%68ealthz`, `//healthz` and `/v1/../healthz` are other paths, which get 404.
 */
export function pathRules(publicPaths: readonly string[], hostNames: readonly string[]): PathRule[] {
  const hostGroups = hostNames.length === 0 ? [[]] : groupsOf(HOSTS_PER_RULE, hostNames);
  const pathGroups = groupsOf(PATHS_PER_RULE, publicPaths);
  return hostGroups.flatMap((hosts, hostGroup) =>
    pathGroups.map((paths, pathGroup) => ({
      id: `${hostGroup}-${pathGroup}`,
      priority: FIRST_PRIORITY + hostGroup * PRIORITIES_PER_HOST_GROUP + pathGroup,
      paths,
      hostNames: hosts,
    })),
  );
}

/** Before every other rule where a prefix is public. */
export const GUARD_PRIORITY = 1;

/**
 * Paths that leave a public prefix again (`/v1/../healthz` matches `/v1/*`) and are answered with 404 before any rule
 * forwards them. Percent-encoded dots cannot be matched (a condition takes no `%`): they reach the program, which must not
 * take `/v1/%2e%2e/healthz` for its health path. The user API does not: Go's mux answers it with a redirect, whose target gets 404.
 */
export function guardedPatterns(publicPaths: readonly string[]): readonly string[] {
  return publicPaths.some((path) => path.endsWith('/*')) ? ['*/../*', '*/..', '*//*'] : [];
}

/** Rules that the public paths need, the guard included. */
export function pathRuleCount(publicPaths: readonly string[], hostNames: readonly string[]): number {
  return pathRules(publicPaths, hostNames).length + (guardedPatterns(publicPaths).length > 0 ? 1 : 0);
}

function groupsOf<T>(size: number, values: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

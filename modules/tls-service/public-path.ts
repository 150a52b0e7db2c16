import { InvalidPropError } from '../props/invalid-prop';

/** Longest pattern an ALB path condition takes (Elastic Load Balancing quotas, "Rules for your ALB": 128 characters). */
const MAXIMUM_PATH_CHARACTERS = 128;

/**
 * What both an ALB condition and a GCP URL map match literally: of RFC 3986's path characters those that a condition takes
 * ("Condition types for listener rules", path conditions), no wildcard.
 */
const LITERAL_PATH = /^\/(?:[A-Za-z0-9._~$&'+:@-]+(?:\/[A-Za-z0-9._~$&'+:@-]+)*\/?)?$/;

/**
 * Checks one entry of `publicPaths`: an exact path (`/v1/user`) or a prefix with a trailing wildcard (`/v1/*`, which
 * matches `/v1/` and all below it).
 *
 * @throws InvalidPropError when it is neither, is not in normal form, or is longer than both clouds take.
 */
export function checkPublicPath(prop: string, path: string): void {
  const literal = path.endsWith('/*') ? path.slice(0, -1) : path;
  if (!path.startsWith('/')) throw new InvalidPropError(prop, path, 'must begin with "/"');
  if (path.length > MAXIMUM_PATH_CHARACTERS) {
    throw new InvalidPropError(
      prop,
      path,
      `has ${path.length} characters; at most ${MAXIMUM_PATH_CHARACTERS} are allowed`,
    );
  }
  if (!LITERAL_PATH.test(literal) || literal.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new InvalidPropError(
      prop,
      path,
      'must be an exact path such as "/v1/user", or a prefix such as "/v1/*": no other wildcard, no "//", "." or ".." segment, no percent-encoding, no query',
    );
  }
}

/** Whether `path`, taken literally, is covered by the public pattern. */
export function matchesPublicPath(pattern: string, path: string): boolean {
  return pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

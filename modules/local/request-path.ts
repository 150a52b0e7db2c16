/**
 * The path of a request target, exactly as the client spelled it, or undefined when no public path can be meant by it: it
 * is not in origin form (`/...`), or it is spelled so that a program behind the front might read another path out of it
 * (dot segments, doubled slashes, backslashes, encoded separators or unreserved characters, path parameters, NUL).
 *
 * The front matches what this returns and forwards the target unchanged, so front and program see the same path.
 */
export function publicSpelling(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined;
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  if (/[\\;#\0-\x20\x7f]|\/\/|%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
  return hidesSomething(path) ? undefined : path;
}

/** Encoded characters that have a meaning, or that need no encoding: both are only ever sent to hide a path. */
function hidesSomething(path: string): boolean {
  return [...path.matchAll(/%([0-9A-Fa-f]{2})/g)].some(([, hex]) => {
    const character = String.fromCharCode(parseInt(hex!, 16));
    return /[A-Za-z0-9._~\-/\\%;?#\0]/.test(character);
  });
}

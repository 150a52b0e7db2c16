import { matchesPublicPath } from '../tls-service/public-path';
import { publicSpelling } from './request-path';

/** A service as the front routes to it. */
export interface Routable {
  readonly name: string;
  /** Host names that are this service's own. */
  readonly hostNames: readonly string[];
  readonly publicPaths: readonly string[];
}

/** Two services claim the same requests. */
export class RouteConflictError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RouteConflictError';
  }
}

/** Names of this machine itself: requests for them are told apart by path. */
const SHARED_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Finds the service that a request is for: by host name, and on plain `localhost` by public path. A request for anything
 * that is not public finds nothing.
 */
export class Routes<Service extends Routable> {
  private readonly byHost = new Map<string, Service>();

  /** @throws RouteConflictError when two services claim one host name, or paths that overlap */
  constructor(private readonly services: readonly Service[]) {
    for (const service of services) {
      for (const host of service.hostNames) {
        const other = this.byHost.get(host);
        if (other)
          throw new RouteConflictError(`hostNames: ${host} is claimed by ${other.name} and by ${service.name}`);
        this.byHost.set(host, service);
      }
    }
    refuseSharedPaths(services);
  }

  /** @param host the Host header, port and all */
  find(host: string | undefined, target: string): Service | undefined {
    const path = publicSpelling(target);
    if (path === undefined || host === undefined) return undefined;
    const name = withoutPort(host).toLowerCase();
    const isPublic = (service: Service) => service.publicPaths.some((pattern) => matchesPublicPath(pattern, path));
    const own = this.byHost.get(name);
    if (own) return isPublic(own) ? own : undefined;
    if (!SHARED_HOSTS.has(name)) return undefined;
    const candidates = this.services.filter(isPublic);
    return candidates.length < 2 ? candidates[0] : mostSpecific(candidates, path);
  }
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}

/** Where a prefix of one service contains a path of another, the longer pattern wins, as it does in both clouds' url maps. */
function mostSpecific<Service extends Routable>(candidates: readonly Service[], path: string): Service {
  const specificity = (service: Service) =>
    Math.max(
      ...service.publicPaths
        .filter((pattern) => matchesPublicPath(pattern, path))
        .map((pattern) => (pattern.endsWith('/*') ? pattern.length - 1 : Infinity)),
    );
  return candidates.reduce((best, candidate) => (specificity(candidate) > specificity(best) ? candidate : best));
}

function refuseSharedPaths(services: readonly Routable[]): void {
  const owners = new Map<string, string>();
  for (const service of services) {
    for (const path of service.publicPaths) {
      const other = owners.get(path);
      if (other) throw new RouteConflictError(`publicPaths: ${path} is claimed by ${other} and by ${service.name}`);
      owners.set(path, service.name);
    }
  }
}

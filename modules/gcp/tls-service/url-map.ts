import type { ComputeBackendService } from '@cdktf/provider-google/lib/compute-backend-service';
import { ComputeUrlMap } from '@cdktf/provider-google/lib/compute-url-map';
import type { GcpService } from './service';

/** One year, the least that browsers' preload lists take. */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';

/**
 * Answers 404 at the edge. A route needs a backend to be valid, but with an abort of every request nothing ever reaches it;
 * only the schemes `*_MANAGED` do this (Cloud Load Balancing, "Traffic management: fault injection").
 */
const NOT_FOUND = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

/**
 * The URL map of HTTPS: the public paths of the service's host names go to the backend, everything else is answered with 404.
 *
 * A path rule without wildcard matches that path and nothing else: not with a slash behind it, not in other spelling. One
 * with a trailing `/*` matches `/v1/` and all that begins with it, not `/v1` itself. The longest rule wins ("URL maps overview").
 * So a health path in any spelling (`//healthz`, `/%68ealthz`, `/v1/../healthz`) is either the health path, which no
 * rule names, or another string, which no exact rule equals. Below a prefix the program gets what the client sent: it must
 * not answer its health path to a request for `/v1/../healthz`.
 */
export function addHttpsUrlMap(service: GcpService, backend: ComputeBackendService): ComputeUrlMap {
  const { props } = service;
  return new ComputeUrlMap(service.scope, 'https-url-map', {
    name: service.name('https'),
    description: `Public paths of ${service.id} (${service.platform.environment})`,
    defaultService: backend.id,
    defaultRouteAction: NOT_FOUND,
    headerAction: {
      responseHeadersToAdd: [
        { headerName: 'Strict-Transport-Security', headerValue: STRICT_TRANSPORT_SECURITY, replace: true },
        { headerName: 'X-Content-Type-Options', headerValue: 'nosniff', replace: true },
      ],
    },
    hostRule: [{ hosts: props.hostNames.length > 0 ? [...props.hostNames] : ['*'], pathMatcher: 'public' }],
    pathMatcher: [
      {
        name: 'public',
        defaultService: backend.id,
        defaultRouteAction: NOT_FOUND,
        pathRule: [{ paths: [...props.publicPaths], service: backend.id }],
      },
    ],
  });
}

/** The URL map of HTTP: everything is sent to HTTPS with 301. */
export function addRedirectUrlMap(service: GcpService): ComputeUrlMap {
  return new ComputeUrlMap(service.scope, 'http-url-map', {
    name: service.name('http'),
    description: `Sends HTTP to HTTPS for ${service.id} (${service.platform.environment})`,
    defaultUrlRedirect: {
      httpsRedirect: true,
      redirectResponseCode: 'MOVED_PERMANENTLY_DEFAULT',
      stripQuery: false,
    },
  });
}

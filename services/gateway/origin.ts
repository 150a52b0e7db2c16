import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser's page may use the gateway: its origin is the gateway's own, or one that was allowed. Programs send no
 * Origin; browsers send one with every WebSocket and every request that may change something, `null` where they hide it.
 */
export function isAllowedOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  if (host === undefined) return false;
  // The load balancer says which scheme the browser used; without one it is HTTP, or a proxy that says nothing.
  const scheme = [headers['x-forwarded-proto']].flat()[0]?.split(',').at(-1)?.trim();
  return (scheme === undefined ? ['https', 'http'] : [scheme]).some((name) => originOf(name, host) === origin);
}

function originOf(scheme: string, host: string): string | undefined {
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

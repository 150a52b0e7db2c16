import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser's page may use the gateway: its origin is the gateway's own host, or one that was allowed. Programs send no
 * Origin.
 */
export function isAllowedOrigin({ origin, host }: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

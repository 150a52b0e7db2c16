import { isIP } from 'node:net';

/**
 * The client's address, as the load balancer saw it. A load balancer appends to what the client sent, so only the last
 * entries can be trusted: an ALB appends the client's address ("HTTP headers and Application Load Balancers",
 * X-Forwarded-For, mode append), Google's appends the client's and its own ("External Application Load Balancer
 * overview", X-Forwarded-For header).
 *
 * @param forwarded the X-Forwarded-For header
 * @param trustedProxies entries from the end up to the client's: 0 without a load balancer
 */
export function clientAddress(
  forwarded: string | string[] | undefined,
  peer: string | undefined,
  trustedProxies: number,
): string {
  const own = peer ?? 'unknown';
  if (trustedProxies === 0 || forwarded === undefined) return own;
  const entries = [forwarded].flat().join(',').split(',');
  const entry = withoutPort(entries.at(-trustedProxies)?.trim() ?? '');
  return isIP(entry) === 0 ? own : entry;
}

/** An ALB may be set to append the client's port. */
function withoutPort(entry: string): string {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return bracketed;
  return /^[\d.]+:\d+$/.test(entry) ? entry.slice(0, entry.indexOf(':')) : entry;
}

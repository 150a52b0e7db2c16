import type { OfferedVersion } from '../../services/gateway/service/job-service';
import { backoffMs } from '../../services/protocol/backoff';
import type { PROTOCOL_VERSION } from '../../services/protocol/messages';

/** A type import, so that the schemas stay out of the page. */
const SUBPROTOCOL: typeof PROTOCOL_VERSION = 'sandpiper.v1';

/** Before a token that travels as a subprotocol: a page cannot set headers on a WebSocket. */
const TOKEN_PREFIX = 'bearer.';

/** Opens a socket to the gateway that served this page. */
export function openSocket(token: string | undefined): WebSocket {
  const subprotocols = [SUBPROTOCOL, ...(token === undefined ? [] : [`${TOKEN_PREFIX}${token}`])];
  return new WebSocket(new URL('/v1/ws', location.href.replace(/^http/, 'ws')), subprotocols);
}

/** The languages that can be run; asks again until it is told, and calls `onFailure` each time that it is not. */
export async function fetchLanguages(onFailure: () => void): Promise<readonly OfferedVersion[]> {
  for (let failures = 0; ; failures += 1) {
    try {
      const response = await fetch('/v1/languages', { headers: { accept: 'application/json' } });
      if (response.ok) return ((await response.json()) as { languages: OfferedVersion[] }).languages;
    } catch {
      // No network, or no JSON: both may pass.
    }
    onFailure();
    await new Promise((resolve) => setTimeout(resolve, backoffMs(failures, Math.random())));
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import { errors, jwtVerify } from 'jose';
import { clientAddress } from './client-address';
import { ServiceError, type Caller } from './service/job-service';
import type { GatewaySettings } from './settings';

/** What a request says of its sender. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** Address of the peer: the load balancer's, or the client's own. */
  readonly peer: string | undefined;
}

/** Characters that the identity of a user may have: with its kind it has to fit a job's message. */
const MAXIMUM_USER_ID_LENGTH = 248;

/** Finds out who asks. @throws ServiceError unauthorized */
export type Authenticate = (credentials: Credentials) => Promise<Caller>;

/** A browser cannot set headers on a WebSocket: there the token travels as a subprotocol, after this prefix. */
export const TOKEN_SUBPROTOCOL = 'bearer.';

/** @param secret `APP_JWT_SECRET`: tokens are those of the user API, HS256 with a `user_id` claim */
export function authenticator(
  secret: string,
  settings: Pick<GatewaySettings, 'allowAnonymous' | 'trustedProxies'>,
): Authenticate {
  const key = new TextEncoder().encode(secret);
  return async ({ headers, peer }) => {
    const address = clientAddress(headers['x-forwarded-for'], peer, settings.trustedProxies);
    const token = bearerOf(headers);
    if (token === undefined) {
      if (settings.allowAnonymous) return { address };
      throw new ServiceError('unauthorized', 'a token is needed: Authorization: Bearer <token>');
    }
    return { address, userId: await userOf(token, key) };
  };
}

function bearerOf({ authorization, 'sec-websocket-protocol': subprotocols }: IncomingHttpHeaders): string | undefined {
  if (authorization !== undefined) {
    const [, token] = /^bearer ([^\s,]+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw new ServiceError('unauthorized', 'Authorization must be: Bearer <token>');
    return token;
  }
  const offered = subprotocols?.split(',').map((name) => name.trim());
  return offered?.find((name) => name.startsWith(TOKEN_SUBPROTOCOL))?.slice(TOKEN_SUBPROTOCOL.length);
}

async function userOf(token: string, key: Uint8Array): Promise<string> {
  let userId: unknown;
  try {
    ({ user_id: userId } = (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload);
  } catch (error) {
    const reason = error instanceof errors.JOSEError ? reasonOf(error) : 'it is not valid';
    throw new ServiceError('unauthorized', `the token is refused: ${reason}`);
  }
  return identityOf(userId);
}

/**
 * Who a `user_id` is. Two ids of different type or value are two users: written as JSON, `7` is not `"7"`, and no two strings are
 * alike. A number beyond 2^53 would stand for its neighbours too (RFC 8259, section 6).
 *
 * @throws ServiceError unauthorized
 */
export function identityOf(userId: unknown): string {
  const refusal = (reason: string): ServiceError => new ServiceError('unauthorized', `the token is refused: ${reason}`);
  if (userId === undefined || userId === null || userId === '') throw refusal('it has no user_id');
  if (typeof userId !== 'string' && !Number.isSafeInteger(userId))
    throw refusal('its user_id must be a string, or a whole number from -(2^53 - 1) to 2^53 - 1');
  const identity = JSON.stringify(userId);
  if (identity.length > MAXIMUM_USER_ID_LENGTH)
    throw refusal(`its user_id is longer than ${MAXIMUM_USER_ID_LENGTH} characters, written as JSON`);
  return identity;
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} claim does not hold now`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is invalid';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is not signed with HS256';
  return 'it is not valid';
}

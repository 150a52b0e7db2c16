import type { Artifact } from '../modules/tls-service/artifact';
import type { SecretSource } from '../modules/tls-service/secret-source';
import type { TlsServiceProps } from '../modules/tls-service/tls-service';

/** Name of the user API, in ids and physical names. */
export const USER_API = 'user-api';

/** What differs between the places the application runs in. */
export type UserApiPlace = Partial<
  Omit<TlsServiceProps, 'artifact' | 'secrets' | 'publicPaths' | 'port' | 'healthCheck'>
> & {
  readonly artifact: Artifact;
  /** Where `APP_JWT_SECRET` comes from. */
  readonly jwtSecret: SecretSource;
};

/** The user API, the same on AWS, on GCP and on this machine: `/v1/user` is public, `/healthz` is private. */
export function userApi({ jwtSecret, ...place }: UserApiPlace): TlsServiceProps {
  return {
    ...place,
    port: 3000,
    healthCheck: { path: '/healthz', expectedStatus: 204 },
    publicPaths: ['/v1/user'],
    secrets: { APP_JWT_SECRET: jwtSecret },
  };
}

/** Name of the playground's gateway, in ids and physical names. */
export const PLAYGROUND = 'playground';

/** Private is what is not listed: the health path, and whatever a later version of the gateway adds. */
const PLAYGROUND_PATHS = [
  '/',
  '/assets/*',
  '/docs',
  '/openapi.json',
  '/v1/ws',
  '/v1/languages',
  '/v1/runs',
  '/v1/runs/*',
  '/api/v2/*',
];

/** What differs between the places the playground runs in. */
export type PlaygroundPlace = Omit<UserApiPlace, 'idleTimeoutSeconds'>;

/** The playground's gateway, the same everywhere: the page, its WebSocket and the HTTP API are public, `/healthz` is private. */
export function playground({ jwtSecret, ...place }: PlaygroundPlace): TlsServiceProps {
  return {
    ...place,
    port: 3000,
    healthCheck: { path: '/healthz', expectedStatus: 204 },
    publicPaths: PLAYGROUND_PATHS,
    secrets: { APP_JWT_SECRET: jwtSecret },
    // A program may be silent for as long as it may run; the gateway's own pings come more often.
    idleTimeoutSeconds: 620,
    drainSeconds: 30,
  };
}

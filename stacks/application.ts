import type { Artifact } from '../modules/machine/artifact';
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

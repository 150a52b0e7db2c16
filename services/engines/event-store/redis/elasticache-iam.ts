import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider, Checksum, SourceData } from '@smithy/types';
import type { CredentialSource } from './connection';

export interface ElastiCacheIam {
  /** Id of the ElastiCache user, which is its name too. */
  readonly user: string;
  /** Id of the replication group, or name of the serverless cache. */
  readonly cache: string;
  readonly isServerless: boolean;
  /** @default - of the environment */
  readonly region?: string;
  /** @default - those of the environment or the machine */
  readonly credentials?: AwsCredentialIdentityProvider;
  /** @default Date.now */
  readonly now?: () => number;
}

/** A token lasts so long ("Authenticating with IAM", ElastiCache User Guide); a connection goes on for 12 hours. */
const TOKEN_SECONDS = 900;

/**
 * Passwords for ElastiCache: requests to connect that were signed with the machine's role, without their `http://`.
 * Needs `elasticache:Connect` on the cache and on the user.
 */
export function elastiCacheIamCredentials(options: ElastiCacheIam): CredentialSource {
  const { user, cache, isServerless, now = Date.now } = options;
  const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region) throw new TypeError('AWS_REGION: is not set; it is the region of the event store');
  const signer = new SignatureV4({
    service: 'elasticache',
    region,
    credentials: options.credentials ?? defaultProvider(),
    sha256: NodeSha256,
  });
  return async () => {
    const signingDate = new Date(now());
    const signed = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: cache,
        path: '/',
        headers: { host: cache },
        query: {
          Action: 'connect',
          User: user,
          ...(isServerless ? { ResourceType: 'ServerlessCache' } : {}),
        },
      },
      { expiresIn: TOKEN_SECONDS, signingDate },
    );
    const query = Object.entries(signed.query as Record<string, string>)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    return {
      username: user,
      password: `${cache}/?${query}`,
      expiresAtMs: signingDate.getTime() + TOKEN_SECONDS * 1_000,
    };
  };
}

/** SHA-256 or, with a secret, HMAC with it: Node's own, in the shape that the signer asks for. */
class NodeSha256 implements Checksum {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: SourceData) {
    this.hash = this.fresh();
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.fresh();
  }

  private fresh(): Hash | Hmac {
    if (this.secret === undefined) return createHash('sha256');
    return createHmac(
      'sha256',
      typeof this.secret === 'string' ? this.secret : new Uint8Array(this.secret as ArrayBuffer),
    );
  }
}

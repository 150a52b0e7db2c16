import { Construct } from 'constructs';
import type { Cloud } from '../props/cloud';
import type { HostAgents } from '../machine/host-agents';
import type { EventStoreProps, IEventStore } from '../event-store/event-store';
import { InvalidPropError } from '../props/invalid-prop';
import { checkName } from '../props/physical-name';
import type { ISandboxFleet, SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import type { ITlsService, TlsServiceProps } from '../tls-service/tls-service';

/** What every platform is told, whatever the cloud. */
export interface PlatformProps {
  /**
   * Name of the application. Part of every physical name. Lower-case letters, digits and inner hyphens, 1 to 12 characters.
   * @default 'sandpiper'
   */
  readonly application?: string;
  /**
   * Name of the environment, such as `dev` or `prod`: two environments live side by side in one account. Part of every
   * physical name; where a cloud's limit is met, names are shortened and end with a hash. Lower-case letters, digits and inner hyphens, 1 to 16 characters.
   */
  readonly environment: string;
  /** Tags (AWS) or labels (GCP) on everything, besides `application` and `environment`. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Refuse to destroy what holds data (artifact and log buckets) until this was applied as `false`. @default true */
  readonly deletionProtection?: boolean;
  /**
   * Host agents in the bootstrap bucket, one for each architecture that machines have: nothing of them travels with the configuration.
   * @default - this package's own, uploaded with the stack
   */
  readonly hostAgents?: HostAgents;
}

/**
 * One cloud, ready to hold services: provider, network, artifact store. Services made through it are the same on each.
 *
 * ```ts
 * const platform: Platform = new AwsPlatform(stack, 'platform', { environment: 'prod', region: 'eu-central-1' });
 * const api = platform.tlsService('user-api', { artifact: binary('user-api'), publicPaths: ['/v1/user'], ... });
 * ```
 */
export abstract class Platform extends Construct {
  abstract readonly cloud: Cloud;

  /**
   * Deploys a program behind a TLS-terminating load balancer.
   *
   * @param id construct id and name of the service: lower-case letters, digits and inner hyphens, 1 to 16 characters
   * @throws InvalidPropError naming the prop, the value and the fix
   */
  abstract tlsService(id: string, props: TlsServiceProps): ITlsService;

  /**
   * Makes a store for the talk of jobs.
   *
   * @param id as of a service
   * @throws InvalidPropError naming the prop, the value and the fix
   */
  abstract eventStore(id: string, props?: EventStoreProps): IEventStore;

  /**
   * Deploys machines that run code in sandboxes, and the queue they take it from.
   *
   * @param id as of a service
   * @throws InvalidPropError naming the prop, the value and the fix
   */
  abstract sandboxFleet(id: string, props: SandboxFleetProps): ISandboxFleet;
}

/** A service's name is part of names with room for so many characters. */
const SERVICE_NAME_CHARACTERS = 16;

/** @throws InvalidPropError unless `id` can name a new service among the children of `parent`. */
export function checkServiceId(parent: Construct, id: string): void {
  checkName('id', id, SERVICE_NAME_CHARACTERS);
  if (parent.node.tryFindChild(id) !== undefined) {
    throw new InvalidPropError(
      'id',
      id,
      'is taken, by another service or by a part of the platform: choose another name',
    );
  }
}

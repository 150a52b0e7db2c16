import * as path from 'node:path';
import type { Construct } from 'constructs';
import type { EventStoreProps } from '../event-store/event-store';
import { checkServiceId, Platform } from '../platform/platform';
import type { SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import { InvalidPropError } from '../props/invalid-prop';
import { existingCertificates } from '../tls-service/certificate-source';
import { resolveTlsServiceProps, type ResolvedTlsServiceProps } from '../tls-service/resolve';
import type { TlsServiceProps } from '../tls-service/tls-service';
import { serverIdentity, type ServerIdentity } from './authority';
import { LocalEventStore } from './event-store';
import { LocalFleet } from './fleet';
import { Front } from './front';
import { Guardian } from './guardian';
import type { InstanceCommand } from './instance';
import { LocalService } from './service';

export interface LocalPlatformOptions {
  /** Where the certificate authority is kept. */
  readonly dataDirectory: string;
  /** 0 for any free one. @default 8443 */
  readonly httpsPort?: number;
  /** @default 8080 */
  readonly httpPort?: number;
  /** URL of the event store: `memory:`, or that of a Redis. @default 'memory:' */
  readonly events?: string;
  /** URL of the job queue: `memory:`, or that of a broker's. @default 'memory:' */
  readonly queue?: string;
  /** Where secrets are looked up by the name that `existing(name)` gives. @default process.env */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  /** Takes the log, a line at a time. */
  readonly log: (line: string) => void;
}

/** Where the platform serves. */
export interface LocalAddress {
  readonly url: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly authorityFile: string;
}

/**
 * This machine as a platform: takes the props that the clouds take, and serves them as the clouds do. Of a
 * {@link TlsServiceProps TLS service}, the props that have no meaning here are zone, access logs, firewall, alarms, deletion protection, egress, operator access,
 * architecture, base image, tags and the size of machines; `certificate` is always the local authority's, and
 * `capacity.minInstances` instances run.
 */
export class LocalPlatform extends Platform {
  override readonly cloud = 'local';
  private readonly guardian = new Guardian();
  private readonly services: LocalService[] = [];
  private front: Front | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly options: LocalPlatformOptions,
  ) {
    super(scope, id);
  }

  /**
   * Adds a service. A secret's source is `existing(NAME)`: the variable NAME of `secrets`.
   *
   * @throws InvalidPropError naming the prop, the value and the fix
   */
  override tlsService(name: string, given: TlsServiceProps): LocalService {
    checkServiceId(this, name);
    const hostNames = given.hostNames ?? [`${name}.localhost`];
    const props = resolveTlsServiceProps({ ...given, hostNames, certificate: existingCertificates('local') });
    const service = new LocalService(this, name, props, this.command(props), this.guardian, this.options.log);
    this.services.push(service);
    return service;
  }

  override eventStore(id: string, props: EventStoreProps = {}): LocalEventStore {
    checkServiceId(this, id);
    return new LocalEventStore(this, id, props, this.options.events ?? 'memory:');
  }

  override sandboxFleet(id: string, props: SandboxFleetProps): LocalFleet {
    checkServiceId(this, id);
    return new LocalFleet(this, id, props, this.options.queue ?? 'memory:');
  }

  /** Starts everything; resolves when every instance is healthy and the front listens. */
  async start(): Promise<LocalAddress> {
    const names = ['localhost', '127.0.0.1', '::1', ...this.services.flatMap((service) => service.hostNames)];
    const identity: ServerIdentity = await serverIdentity(this.options.dataDirectory, [...new Set(names)]);
    this.front = new Front({
      identity,
      services: this.services,
      httpsPort: this.options.httpsPort ?? 8443,
      httpPort: this.options.httpPort ?? 8080,
    });
    const ports = await this.front.listen();
    for (const service of this.services) service.start();
    await Promise.all(this.services.map((service) => service.ready()));
    return { ...ports, url: `https://localhost:${ports.httpsPort}`, authorityFile: identity.authorityFile };
  }

  /** Drains and stops everything. */
  async stop(): Promise<void> {
    const drainSeconds = Math.max(0, ...this.services.map((service) => service.props.drainSeconds));
    await this.front?.close(drainSeconds);
    await Promise.all(this.services.map((service) => service.stop()));
    this.guardian.close();
  }

  private command(props: ResolvedTlsServiceProps): InstanceCommand {
    const { artifact } = props;
    if (artifact.kind !== 'binary') {
      throw new InvalidPropError(
        'artifact.kind',
        artifact.kind,
        'is not served on this machine yet; give the program as a binary',
      );
    }
    const secrets = Object.entries(props.secrets).map(([variable, source]) => [
      variable,
      this.secret(variable, source),
    ]);
    return {
      argv: [path.resolve(artifact.path), ...(artifact.args ?? [])],
      env: {
        PATH: process.env.PATH ?? '',
        ...props.environment,
        ...(Object.fromEntries(secrets) as Record<string, string>),
      },
    };
  }

  private secret(variable: string, source: ResolvedTlsServiceProps['secrets'][string]): string {
    if (source.kind !== 'existing') {
      throw new InvalidPropError(`secrets.${variable}`, source.kind, 'must be existing(NAME) on this machine');
    }
    const value = (this.options.secrets ?? process.env)[source.id];
    if (!value)
      throw new InvalidPropError(`secrets.${variable}`, source.id, 'is not set: give it a value in the environment');
    return value;
  }
}

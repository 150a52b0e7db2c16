import { Construct } from 'constructs';
import type { EventStoreProps, IEventStore } from '../event-store/event-store';
import type { Platform } from '../platform/platform';
import type { ISandboxFleet, SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import { gatewaySettings } from '../../contracts/gateway-settings';
import { requirePushed, type Artifact } from '../machine/artifact';
import { programEnvironment } from '../machine/program-environment';
import type { SecretSource } from '../tls-service/secret-source';
import type { ITlsService, TlsServiceProps } from '../tls-service/tls-service';

/** A playground: code in, output out. The same on AWS, on GCP and on this machine. */
export interface PlaygroundProps {
  readonly platform: Platform;
  /** The gateway; on a cloud, one that lies in the bootstrap bucket ({@link pushed}). On this machine, the program that is the runner too. */
  readonly gateway: Artifact;
  /** Where `APP_JWT_SECRET` comes from: signs the tokens that users show. */
  readonly jwtSecret: SecretSource;
  /** The front: names, certificate, size and whatever else a TLS service has. */
  readonly service: Omit<
    TlsServiceProps,
    'artifact' | 'secrets' | 'publicPaths' | 'port' | 'healthCheck' | 'idleTimeoutSeconds'
  >;
  /** The machines that run the code, and their queue. */
  readonly fleet: Omit<SandboxFleetProps, 'eventStore'>;
  /** @default - a small one with one replica */
  readonly eventStore?: EventStoreProps;
  /** Whether a caller without a token may run jobs. @default false */
  readonly allowAnonymous?: boolean;
}

/** Seconds that a gateway's clients have after SIGTERM; its machine gives ten more. */
const DRAIN_SECONDS = 20;

/** What is public of a gateway. Private is what is not listed: the health path, and whatever a later version adds. */
const GATEWAY_PATHS: readonly string[] = [
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

/** What is the same of every gateway, wherever it is served. */
export function gatewayService(
  service: PlaygroundProps['service'] & Pick<TlsServiceProps, 'artifact'>,
  jwtSecret: SecretSource,
): TlsServiceProps {
  return {
    drainSeconds: 30,
    ...service,
    // A synchronous run is answered when its program has ended: the fleet's alarm is on the time until a job begins.
    alarms: { latencyMilliseconds: false, ...service.alarms },
    // Programs are what is sent here.
    firewall: service.firewall && { inspectBodies: false, ...service.firewall },
    port: 3000,
    healthCheck: { path: '/healthz', expectedStatus: 204 },
    publicPaths: GATEWAY_PATHS,
    secrets: { APP_JWT_SECRET: jwtSecret },
    // A program may be silent for as long as it may run; the gateway's own pings come more often.
    idleTimeoutSeconds: 620,
  };
}

/**
 * The whole playground: a gateway behind a TLS-terminating load balancer, a queue, a fleet of sandbox runners scaled by the jobs, and an
 * event store between them.
 *
 * ```ts
 * new Playground(stack, 'playground', { platform, gateway, jwtSecret, service: { hostNames, zone }, fleet: { runner } });
 * ```
 *
 * The parts are made through the platform, as `<id>` (the gateway), `<id>-fleet` and `<id>-store`.
 *
 * @throws InvalidPropError naming the prop, the value and the fix
 */
export class Playground extends Construct {
  readonly gateway: ITlsService;
  readonly fleet: ISandboxFleet;
  readonly eventStore: IEventStore;

  constructor(scope: Construct, id: string, props: PlaygroundProps) {
    super(scope, id);
    const { platform, service } = props;
    if (platform.cloud !== 'local') requirePushed('gateway', props.gateway);
    this.eventStore = platform.eventStore(`${id}-store`, {
      alarms: props.fleet.alarms && { emails: props.fleet.alarms.emails },
      ...props.eventStore,
    });
    this.fleet = platform.sandboxFleet(`${id}-fleet`, { ...props.fleet, eventStore: this.eventStore });
    this.gateway = platform.tlsService(
      id,
      gatewayService(
        {
          ...service,
          artifact: props.gateway,
          environment: {
            ...programEnvironment(gatewaySettings, {
              allowAnonymous: props.allowAnonymous ?? false,
              drainSeconds: DRAIN_SECONDS,
            }),
            ...this.fleet.gatewayEnvironment,
            ...service.environment,
          },
        },
        props.jwtSecret,
      ),
    );
    this.fleet.serve(this.gateway);
  }
}

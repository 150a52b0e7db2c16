/** The platform on Google Cloud. Its bindings are loaded here and nowhere else. */
export { GcpPlatform } from './platform';
export type { ExistingGcpNetwork, GcpPlatformProps } from './foundation/platform-props';
/** What the platform and its methods give: the resources are public, as escape hatches. */
export type { GcpEnvironment } from './foundation/environment';
export type { GcpHttpsLbTlsService } from './tls-service/https-lb';
export type { GcpEventStore } from './event-store/memorystore';
export type { GcpPubsubMigFleet } from './sandbox-fleet/pubsub-mig';

import { Construct } from 'constructs';
import type { EventStoreProps } from '../event-store/event-store';
import { GcpEventStore } from './event-store/memorystore';
import { checkServiceId, Platform } from '../platform/platform';
import { GcpPubsubMigFleet } from './sandbox-fleet/pubsub-mig';
import type { SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import { GcpHttpsLbTlsService } from './tls-service/https-lb';
import type { TlsServiceProps } from '../tls-service/tls-service';
import { ArtifactBucket } from './foundation/artifact-bucket';
import { bootstrapBucket } from './foundation/bootstrap-bucket';
import type { GcpEnvironment } from './foundation/environment';
import { resolveGcpPlatformProps, type GcpPlatformProps } from './foundation/platform-props';
import { GoogleApis } from './foundation/google-apis';
import { existingNetwork, OwnNetwork } from './foundation/network';
import { addGoogleProvider } from './foundation/provider';

export type { GcpPlatformProps } from './foundation/platform-props';

/**
 * Google Cloud: provider, APIs, network and artifact bucket, ready to hold services. One per stack: it sets up the stack's
 * Google provider.
 *
 * ```ts
 * const platform = new GcpPlatform(stack, 'platform', { environment: 'prod', project: 'acme-prod', region: 'europe-west3' });
 * ```
 *
 * @throws InvalidPropError naming the prop, the value and the fix
 */
export class GcpPlatform extends Platform {
  readonly cloud = 'gcp';
  /** What services are told about the platform; also of use to code that adds Google resources of its own. */
  readonly gcp: GcpEnvironment;
  /** Holds the services, so that none can have the name of a part of the platform. */
  private readonly services: Construct;

  constructor(scope: Construct, id: string, props: GcpPlatformProps) {
    super(scope, id);
    const resolved = resolveGcpPlatformProps(props);
    const { application, environment, project, region, tags, existingKeyId } = resolved;
    const labels = { application, environment, ...tags };
    addGoogleProvider(this, { project, region, labels });
    const apis = new GoogleApis(this, 'apis', project);
    this.gcp = {
      application,
      environment,
      project,
      region,
      keyId: existingKeyId,
      apis,
      network: resolved.existingNetwork
        ? existingNetwork(resolved.existingNetwork)
        : new OwnNetwork(this, 'network', resolved, apis),
      artifacts: new ArtifactBucket(this, 'artifacts', resolved),
      bootstrap: bootstrapBucket({ project, application }),
      hostAgents: resolved.hostAgents,
      labels,
    };
    this.services = new Construct(this, 'services');
  }

  override tlsService(id: string, props: TlsServiceProps): GcpHttpsLbTlsService {
    checkServiceId(this.services, id);
    return new GcpHttpsLbTlsService(this.services, id, { ...props, platform: this.gcp });
  }

  override eventStore(id: string, props: EventStoreProps = {}): GcpEventStore {
    checkServiceId(this.services, id);
    return new GcpEventStore(this.services, id, { ...props, platform: this.gcp });
  }

  override sandboxFleet(id: string, props: SandboxFleetProps): GcpPubsubMigFleet {
    checkServiceId(this.services, id);
    return new GcpPubsubMigFleet(this.services, id, { ...props, platform: this.gcp });
  }
}

import { Construct } from 'constructs';
import type { EventStoreProps } from '../event-store/event-store';
import { GcpEventStore } from '../event-store/gcp-memorystore';
import { checkServiceId, Platform } from '../platform';
import { GcpPubsubMigFleet } from '../sandbox-fleet/gcp-pubsub-mig';
import type { SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import { GcpHttpsLbTlsService } from '../tls-service/gcp-https-lb';
import type { TlsServiceProps } from '../tls-service/tls-service';
import { ArtifactBucket } from './artifact-bucket';
import { bootstrapBucket } from './bootstrap-bucket';
import type { GcpEnvironment } from './gcp-environment';
import { resolveGcpPlatformProps, type GcpPlatformProps } from './gcp-platform-props';
import { GoogleApis } from './google-apis';
import { existingNetwork, OwnNetwork } from './network';
import { addGoogleProvider } from './provider';

export type { ExistingGcpNetwork, GcpPlatformProps } from './gcp-platform-props';

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

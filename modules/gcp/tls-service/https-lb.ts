import type { ComputeBackendService } from '@cdktf/provider-google/lib/compute-backend-service';
import type { ComputeHealthCheck } from '@cdktf/provider-google/lib/compute-health-check';
import type { ComputeUrlMap } from '@cdktf/provider-google/lib/compute-url-map';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { Construct } from 'constructs';
import type { GcpEnvironment } from '../foundation/environment';
import { addInstanceAccount } from '../machine/instance-account';
import { addLogBucket } from '../foundation/log-bucket';
import { addAlarms } from './alarms';
import { addBackendService, addHealthCheck } from './backend';
import { addCertificates } from './certificate';
import { checkGcpTlsService } from './checks';
import { addFirewall } from './firewall';
import { addFront, type GcpFront } from './front';
import { addInstances, type GcpInstances } from './instances';
import { serviceLogs } from './logs';
import { addNetworkRules } from './network-rules';
import { addSecrets } from './secret';
import { describeGcpService } from './service';
import { bootScriptOf, storePrograms } from './programs';
import { addHttpsUrlMap, addRedirectUrlMap } from './url-map';
import { resolveTlsServiceProps } from '../../tls-service/resolve';
import type { ITlsService, TlsServiceProps } from '../../tls-service/tls-service';

/** Props of {@link GcpHttpsLbTlsService}. */
export interface GcpHttpsLbTlsServiceProps extends TlsServiceProps {
  /** Where the service runs: `GcpPlatform.gcp`. */
  readonly platform: GcpEnvironment;
}

/**
 * A TLS service on Google Cloud: a global external Application Load Balancer before a regional managed instance group.
 * Use `platform.tlsService()`, which is the same on every cloud.
 *
 * What GCP does in its own way: the health check asks the host agent, as Google's checks take 200 only; `idleTimeoutSeconds`
 * is the backend service's timeout, which bounds a WebSocket's whole life; request logs share the retention of the
 * service's log bucket (`logRetentionDays`, at most 3650); a load balancer has no deletion protection of its own, so with
 * `deletionProtection` Terraform refuses to destroy the addresses, the secrets and the logs, and with them the service.
 */
export class GcpHttpsLbTlsService extends Construct implements ITlsService {
  readonly url: string;
  readonly hostName: string;
  readonly loadBalancerAddress: string;
  readonly instanceIdentity: string;
  /** The L1 resources, to change what no prop says (`addOverride`). */
  readonly front: GcpFront;
  readonly urlMap: ComputeUrlMap;
  readonly backendService: ComputeBackendService;
  readonly healthCheck: ComputeHealthCheck;
  readonly instances: GcpInstances;
  readonly serviceAccount: ServiceAccount;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(scope: Construct, id: string, { platform, ...tlsServiceProps }: GcpHttpsLbTlsServiceProps) {
    super(scope, id);
    const props = resolveTlsServiceProps(tlsServiceProps);
    const service = describeGcpService(this, id, platform, props);
    checkGcpTlsService(service);

    const programs = storePrograms(service);
    const identity = addInstanceAccount(service, {
      description: 'Instances of',
      objects: [programs.artifact, programs.hostAgent],
    });
    const secrets = addSecrets(service, identity.account.member);
    addNetworkRules(service, identity.account.email);
    addLogBucket(service, {
      account: identity.account,
      content: 'Journal, health and requests',
      filters: serviceLogs(service),
      retentionDays: props.logRetentionDays,
      deletionProtection: props.deletionProtection,
    });

    this.healthCheck = addHealthCheck(service);
    this.instances = addInstances(service, {
      accountEmail: identity.account.email,
      bootScript: bootScriptOf(service, programs, secrets.references),
      healthCheck: this.healthCheck,
      grants: [...identity.grants, ...secrets.grants],
    });
    this.backendService = addBackendService(service, {
      healthCheck: this.healthCheck,
      instanceGroup: this.instances.group.instanceGroup,
      securityPolicy: props.firewall === false ? undefined : addFirewall(service, props.firewall).id,
    });
    this.urlMap = addHttpsUrlMap(service, this.backendService);
    this.front = addFront(service, {
      https: this.urlMap,
      http: addRedirectUrlMap(service),
      certificateMap: addCertificates(service),
    });
    addAlarms(service);

    this.serviceAccount = identity.account;
    this.instanceIdentity = identity.account.member;
    this.loadBalancerAddress = this.front.ipv4.address;
    this.hostName = props.hostNames[0] ?? this.loadBalancerAddress;
    this.url = `https://${this.hostName}`;
  }
}

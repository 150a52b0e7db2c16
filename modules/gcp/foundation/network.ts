import { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { ComputeRoute } from '@cdktf/provider-google/lib/compute-route';
import { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
import { NetworkConnectivityServiceConnectionPolicy } from '@cdktf/provider-google/lib/network-connectivity-service-connection-policy';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { physicalName } from '../../props/physical-name';
import { addGoogleApiRoute, PRIVATE_API_RANGE, RESTRICTED_API_RANGE } from './google-api-route';
import type { ResolvedGcpPlatformProps } from './platform-props';
import type { GoogleApis } from './google-apis';
import { addNat } from './nat';

/** A network that instances run in. */
export interface GcpNetwork {
  /** Id, self link or name of the VPC network. */
  readonly network: string;
  readonly subnetwork: string;
  /** Whether the platform made it: then it denies by itself whatever no rule allows. */
  readonly isOwn: boolean;
  /** Where Google's APIs are reached. */
  readonly googleApiRanges: readonly string[];
  /** Lets instances reach the internet, as far as the firewall allows: a route and Cloud NAT, made once. An existing network has its own. */
  readonly addInternetEgress: () => void;
  /** Subnetwork of machines that have no way out: never one with Cloud NAT in the platform's own network. Made once. */
  readonly isolatedSubnetwork: () => string;
  /** Lets Memorystore make its endpoints in this network, as its service connection policy says; an existing network has its own. @returns what an instance waits for */
  readonly admitEventStores: () => ITerraformDependable[];
}

/** Longest name of anything in Compute Engine (RFC 1035 label). */
export const COMPUTE_NAME_CHARACTERS = 63;

/** Lowest priority of a rule: only the rules that every network has by nature come later (VPC firewall rules, "Implied rules": 65535). */
const LAST_PRIORITY = 65534;

/** The network of somebody else. */
export function existingNetwork(network: NonNullable<ResolvedGcpPlatformProps['existingNetwork']>): GcpNetwork {
  return {
    network: network.network,
    subnetwork: network.subnetwork,
    isOwn: false,
    googleApiRanges: network.googleApiRanges ?? [RESTRICTED_API_RANGE, PRIVATE_API_RANGE],
    addInternetEgress: () => undefined,
    isolatedSubnetwork: () => network.runnerSubnetwork ?? network.subnetwork,
    admitEventStores: () => [],
  };
}

/**
 * A network in which nothing is open: one private subnetwork with flow logs, no default routes, no default firewall rules,
 * and Google's APIs reached by a private route.
 */
export class OwnNetwork extends Construct implements GcpNetwork {
  readonly network: string;
  readonly subnetwork: string;
  readonly isOwn = true;
  readonly googleApiRanges = [RESTRICTED_API_RANGE];
  private readonly name: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ResolvedGcpPlatformProps,
    private readonly apis: GoogleApis,
  ) {
    super(scope, id);
    this.name = physicalName([props.application, props.environment], COMPUTE_NAME_CHARACTERS);
    const network = new ComputeNetwork(this, 'network', {
      name: this.name,
      description: `Network of ${this.name}`,
      autoCreateSubnetworks: false,
      routingMode: 'REGIONAL',
      deleteDefaultRoutesOnCreate: true,
    });
    this.network = network.id;
    this.subnetwork = this.addSubnetwork('subnetwork', 'Instances', props.cidr).id;
    this.deny('ingress', { direction: 'INGRESS', sourceRanges: ['0.0.0.0/0'] });
    this.deny('egress', { direction: 'EGRESS', destinationRanges: ['0.0.0.0/0'] });
    addGoogleApiRoute(this, this.name, this.network);
  }

  addInternetEgress(): void {
    if (this.node.tryFindChild('internet-route') !== undefined) return;
    new ComputeRoute(this, 'internet-route', {
      name: `${this.name}-internet`,
      description: 'To the internet, for the services that ask for it; the firewall says which they are',
      network: this.network,
      destRange: '0.0.0.0/0',
      nextHopGateway: 'default-internet-gateway',
    });
    addNat(this, this.name, { network: this.network, subnetwork: this.subnetwork });
  }

  isolatedSubnetwork(): string {
    const made = this.node.tryFindChild('runner-subnetwork') as ComputeSubnetwork | undefined;
    return (made ?? this.addSubnetwork('runner-subnetwork', 'Sandbox machines', this.props.runnerCidr, 'runners')).id;
  }

  /** One policy for each network, region and kind of service is all that Google takes. */
  admitEventStores(): ITerraformDependable[] {
    const made = this.node.tryFindChild('event-store-policy') as ITerraformDependable | undefined;
    if (made !== undefined) return [made];
    this.apis.enable('networkconnectivity.googleapis.com');
    const name = `${this.name}-stores`;
    const subnetwork = this.addSubnetwork(
      'event-store-subnetwork',
      'Endpoints of event stores',
      this.props.eventStoreCidr,
      'stores',
    );
    const policy = new NetworkConnectivityServiceConnectionPolicy(this, 'event-store-policy', {
      name,
      description: `Endpoints of event stores in ${this.name}`,
      location: this.props.region,
      serviceClass: 'gcp-memorystore',
      network: this.network,
      pscConfig: { subnetworks: [subnetwork.id] },
      // Google makes the endpoints through it.
      dependsOn: [this.apis.enable('serviceconsumermanagement.googleapis.com')],
    });
    return [policy];
  }

  private addSubnetwork(id: string, content: string, ipCidrRange: string, suffix?: string): ComputeSubnetwork {
    return new ComputeSubnetwork(this, id, {
      name: suffix === undefined ? this.name : `${this.name}-${suffix}`,
      description: `${content} of ${this.name}`,
      network: this.network,
      region: this.props.region,
      ipCidrRange,
      stackType: 'IPV4_ONLY',
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: 'INTERVAL_10_MIN',
        flowSampling: 0.5,
        metadata: 'INCLUDE_ALL_METADATA',
      },
    });
  }

  /** What every network does by nature, but logged. */
  private deny(
    direction: 'ingress' | 'egress',
    props: { direction: string; sourceRanges?: string[]; destinationRanges?: string[] },
  ): void {
    new ComputeFirewall(this, `deny-all-${direction}`, {
      ...props,
      name: `${this.name}-deny-all-${direction}`,
      description: `Denies and logs all ${direction} that no other rule allows`,
      network: this.network,
      priority: LAST_PRIORITY,
      deny: [{ protocol: 'all' }],
      logConfig: { metadata: 'INCLUDE_ALL_METADATA' },
    });
  }
}

import { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { ComputeRoute } from '@cdktf/provider-google/lib/compute-route';
import { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
import { Construct } from 'constructs';
import { physicalName } from '../physical-name';
import { addGoogleApiRoute, PRIVATE_API_RANGE, RESTRICTED_API_RANGE } from './google-api-route';
import type { ResolvedGcpPlatformProps } from './gcp-platform-props';
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

  constructor(scope: Construct, id: string, props: ResolvedGcpPlatformProps) {
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
    this.subnetwork = new ComputeSubnetwork(this, 'subnetwork', {
      name: this.name,
      description: `Instances of ${this.name}`,
      network: this.network,
      region: props.region,
      ipCidrRange: props.cidr,
      stackType: 'IPV4_ONLY',
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: 'INTERVAL_10_MIN',
        flowSampling: 0.5,
        metadata: 'INCLUDE_ALL_METADATA',
      },
    }).id;
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

import { ComputeRoute } from '@cdktf/provider-google/lib/compute-route';
import { DnsManagedZone } from '@cdktf/provider-google/lib/dns-managed-zone';
import { DnsRecordSet } from '@cdktf/provider-google/lib/dns-record-set';
import type { Construct } from 'constructs';

/** Addresses of restricted.googleapis.com (VPC, "Private Google Access options"): only APIs that VPC Service Controls can fence in. */
export const RESTRICTED_API_RANGE = '199.36.153.4/30';
/** Addresses of private.googleapis.com (same page). */
export const PRIVATE_API_RANGE = '199.36.153.8/30';

const RESTRICTED_API_ADDRESSES = ['199.36.153.4', '199.36.153.5', '199.36.153.6', '199.36.153.7'];
const TTL_SECONDS = 300;

/**
 * Lets a network reach Google's APIs and nothing else of the internet: `*.googleapis.com` resolves to four addresses that
 * have no public route, and only these are routed. The next hop is named "internet gateway", but Google carries this range
 * inside its own network.
 */
export function addGoogleApiRoute(scope: Construct, name: string, network: string): void {
  new ComputeRoute(scope, 'google-api-route', {
    name: `${name}-google-apis`,
    description: 'To restricted.googleapis.com, inside of Google',
    network,
    destRange: RESTRICTED_API_RANGE,
    nextHopGateway: 'default-internet-gateway',
  });
  const zone = new DnsManagedZone(scope, 'google-api-zone', {
    name: `${name}-googleapis`,
    description: 'Sends *.googleapis.com to restricted.googleapis.com',
    dnsName: 'googleapis.com.',
    visibility: 'private',
    privateVisibilityConfig: { networks: [{ networkUrl: network }] },
  });
  new DnsRecordSet(scope, 'google-api-addresses', {
    managedZone: zone.name,
    name: 'restricted.googleapis.com.',
    type: 'A',
    ttl: TTL_SECONDS,
    rrdatas: RESTRICTED_API_ADDRESSES,
  });
  new DnsRecordSet(scope, 'google-api-alias', {
    managedZone: zone.name,
    name: '*.googleapis.com.',
    type: 'CNAME',
    ttl: TTL_SECONDS,
    rrdatas: ['restricted.googleapis.com.'],
  });
}

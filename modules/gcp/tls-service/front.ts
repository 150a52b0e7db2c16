import { ComputeGlobalAddress } from '@cdktf/provider-google/lib/compute-global-address';
import { ComputeGlobalForwardingRule } from '@cdktf/provider-google/lib/compute-global-forwarding-rule';
import { ComputeSslPolicy } from '@cdktf/provider-google/lib/compute-ssl-policy';
import { ComputeTargetHttpProxy } from '@cdktf/provider-google/lib/compute-target-http-proxy';
import { ComputeTargetHttpsProxy } from '@cdktf/provider-google/lib/compute-target-https-proxy';
import type { ComputeUrlMap } from '@cdktf/provider-google/lib/compute-url-map';
import { DnsRecordSet } from '@cdktf/provider-google/lib/dns-record-set';
import { hostKey } from './certificate';
import type { GcpService } from './service';
import { guardAgainstDeletion } from '../../props/deletion-guard';

const TTL_SECONDS = 300;

/** What the internet sees. */
export interface GcpFront {
  readonly ipv4: ComputeGlobalAddress;
  /** Absent with `gcp.ipv6: false`. */
  readonly ipv6?: ComputeGlobalAddress;
  readonly httpsProxy: ComputeTargetHttpsProxy;
}

/** Addresses, TLS policy, proxies and forwarding rules on 443 and 80, and the DNS records that point to them. */
export function addFront(
  service: GcpService,
  parts: { readonly https: ComputeUrlMap; readonly http: ComputeUrlMap; readonly certificateMap: string },
): GcpFront {
  const { scope, props } = service;
  const ipv4 = addAddress(service, 'v4');
  const ipv6 = props.gcp?.ipv6 === false ? undefined : addAddress(service, 'v6');
  const sslPolicy = new ComputeSslPolicy(scope, 'ssl-policy', {
    name: service.name(),
    description: `TLS of ${service.id} (${service.platform.environment})`,
    profile: 'MODERN',
    minTlsVersion: 'TLS_1_2',
  });
  const httpsProxy = new ComputeTargetHttpsProxy(scope, 'https-proxy', {
    name: service.name(),
    description: `HTTPS of ${service.id} (${service.platform.environment})`,
    urlMap: parts.https.id,
    certificateMap: parts.certificateMap,
    sslPolicy: sslPolicy.id,
    quicOverride: props.gcp?.quic === false ? 'DISABLE' : 'ENABLE',
  });
  const httpProxy = new ComputeTargetHttpProxy(scope, 'http-proxy', {
    name: service.name(),
    description: `Redirect of ${service.id} (${service.platform.environment})`,
    urlMap: parts.http.id,
  });
  for (const [version, address] of [['v4', ipv4] as const, ...(ipv6 ? [['v6', ipv6] as const] : [])]) {
    addForwardingRule(service, `https-${version}`, address, httpsProxy.id, '443');
    addForwardingRule(service, `http-${version}`, address, httpProxy.id, '80');
  }
  addRecords(service, ipv4, ipv6);
  return { ipv4, ipv6, httpsProxy };
}

/** A reserved address: DNS records kept elsewhere, and clients' allow-lists, may hold it. */
function addAddress(service: GcpService, version: 'v4' | 'v6'): ComputeGlobalAddress {
  const address = new ComputeGlobalAddress(service.scope, `address-${version}`, {
    name: service.name(version),
    description: `${service.id} (${service.platform.environment})`,
    addressType: 'EXTERNAL',
    ipVersion: version === 'v6' ? 'IPV6' : undefined,
    labels: { ...service.labels },
  });
  guardAgainstDeletion(address, service.props.deletionProtection);
  return address;
}

function addForwardingRule(
  service: GcpService,
  id: string,
  address: ComputeGlobalAddress,
  target: string,
  port: '443' | '80',
): void {
  new ComputeGlobalForwardingRule(service.scope, `forwarding-rule-${id}`, {
    name: service.name(id),
    description: `Port ${port} of ${service.id} (${service.platform.environment})`,
    loadBalancingScheme: 'EXTERNAL_MANAGED',
    ipProtocol: 'TCP',
    ipAddress: address.id,
    portRange: port,
    target,
    labels: { ...service.labels },
  });
}

function addRecords(service: GcpService, ipv4: ComputeGlobalAddress, ipv6: ComputeGlobalAddress | undefined): void {
  const { scope, props } = service;
  const { zone } = props;
  if (zone === undefined) return;
  props.hostNames.forEach((hostName, index) => {
    const addRecord = (type: 'A' | 'AAAA', address: ComputeGlobalAddress) =>
      new DnsRecordSet(scope, `dns-${type.toLowerCase()}-${hostKey(hostName, index)}`, {
        managedZone: zone,
        name: `${hostName}.`,
        type,
        ttl: TTL_SECONDS,
        rrdatas: [address.address],
      });
    addRecord('A', ipv4);
    if (ipv6) addRecord('AAAA', ipv6);
  });
}

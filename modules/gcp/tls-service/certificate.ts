import { CertificateManagerCertificate } from '@cdktf/provider-google/lib/certificate-manager-certificate';
import { CertificateManagerCertificateMap } from '@cdktf/provider-google/lib/certificate-manager-certificate-map';
import { CertificateManagerCertificateMapEntry } from '@cdktf/provider-google/lib/certificate-manager-certificate-map-entry';
import { CertificateManagerDnsAuthorization } from '@cdktf/provider-google/lib/certificate-manager-dns-authorization';
import { DnsRecordSet } from '@cdktf/provider-google/lib/dns-record-set';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { isKnown } from '../../props/known';
import type { ResolvedCertificate } from '../../tls-service/resolve';
import type { GcpService } from './service';

/** Id of a certificate map. */
export const CERTIFICATE_MAP = /^projects\/[^/]+\/locations\/global\/certificateMaps\/[^/]+$/;

const TTL_SECONDS = 300;

/** Construct id of what belongs to one host name: the name, or its place where it is a Terraform value. */
export function hostKey(hostName: string, index: number): string {
  return isKnown(hostName) ? hostName : `host-${index}`;
}

type Managed = Extract<ResolvedCertificate, { kind: 'managed' }>;

/** A host name and the id of its certificate. */
interface ServedName {
  readonly hostName: string;
  readonly certificate: string;
}

/** The certificates of the listener, as the target proxy names them: `//certificatemanager.googleapis.com/<map id>`. */
export function addCertificates(service: GcpService): string {
  const { certificate } = service.props;
  if (certificate.kind === 'managed') return mapLink(addMap(service, addManagedCertificates(service, certificate)).id);
  const [first, ...others] = certificate.ids;
  if (isKnown(first) && CERTIFICATE_MAP.test(first)) return mapLink(first);
  return mapLink(addExisting(service, first, others).id);
}

function mapLink(id: string): string {
  return `//certificatemanager.googleapis.com/${id}`;
}

/**
 * A certificate for each host name, in their order, each proved by a record in the zone. One for all of them would have to be issued anew for each
 * further name, and until then the map would hold none that is active.
 */
function addManagedCertificates(service: GcpService, { hostNames, zone }: Managed): ServedName[] {
  const { scope, labels } = service;
  return hostNames.map((hostName, index) => {
    const key = hostKey(hostName, index);
    const authorization = new CertificateManagerDnsAuthorization(scope, `dns-authorization-${key}`, {
      name: service.hashedName(key, hostName),
      description: `Proves ${service.id}'s right to one host name`,
      // A record for this project alone: the name may be proved in another project, or on another cloud, at the same time.
      type: 'PER_PROJECT_RECORD',
      domain: hostName,
      labels: { ...labels },
    });
    const wanted = authorization.dnsResourceRecord.get(0);
    const record = new DnsRecordSet(scope, `dns-authorization-record-${key}`, {
      managedZone: zone,
      name: wanted.name,
      type: wanted.type,
      ttl: TTL_SECONDS,
      rrdatas: [wanted.data],
    });
    const certificate = new CertificateManagerCertificate(scope, `certificate-${key}`, {
      // Another name makes another certificate, and the old one stays until the map no longer uses it.
      name: service.hashedName(key, hostName),
      description: `${service.id} (${service.platform.environment})`,
      labels: { ...labels },
      managed: { domains: [authorization.domain], dnsAuthorizations: [authorization.id] },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [record],
    });
    if (index === 0) certificate.moveFromId(`google_certificate_manager_certificate.${addressBefore(scope)}`);
    return { hostName, certificate: certificate.id };
  });
}

/** Before, there was one certificate for all host names. Of a service with one name it is this very certificate, and stays. */
function addressBefore(scope: Construct): string {
  return TerraformStack.of(scope).getLogicalId(new Construct(scope, 'certificate').node);
}

/** A map with an entry for each host name. A client that names none of them gets no certificate. */
function addMap(service: GcpService, names: readonly ServedName[]): CertificateManagerCertificateMap {
  const map = newMap(service);
  names.forEach(({ hostName, certificate }, index) => addEntry(service, map, hostName, index, certificate));
  return map;
}

/** A map whose first certificate serves every client, and the others the host names in their place. */
function addExisting(service: GcpService, first: string, others: readonly string[]): CertificateManagerCertificateMap {
  const map = newMap(service);
  new CertificateManagerCertificateMapEntry(service.scope, 'certificate-map-primary', {
    name: service.name('primary'),
    description: 'For clients that name no host, or one that has no certificate of its own',
    map: map.name,
    matcher: 'PRIMARY',
    certificates: [first],
    labels: { ...service.labels },
  });
  others.forEach((certificate, index) => {
    const hostName = service.props.hostNames[index + 1];
    if (hostName !== undefined) addEntry(service, map, hostName, index + 1, certificate);
  });
  return map;
}

function newMap(service: GcpService): CertificateManagerCertificateMap {
  return new CertificateManagerCertificateMap(service.scope, 'certificate-map', {
    name: service.name(),
    description: `${service.id} (${service.platform.environment})`,
    labels: { ...service.labels },
  });
}

function addEntry(
  service: GcpService,
  map: CertificateManagerCertificateMap,
  hostName: string,
  index: number,
  certificate: string,
): void {
  new CertificateManagerCertificateMapEntry(service.scope, `certificate-map-entry-${hostKey(hostName, index)}`, {
    name: service.hashedName(hostKey(hostName, index), hostName),
    map: map.name,
    hostname: hostName,
    certificates: [certificate],
    labels: { ...service.labels },
  });
}

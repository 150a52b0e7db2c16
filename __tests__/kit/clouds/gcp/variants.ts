import { existingCertificates } from '../../../../modules/tls-service/certificate-source';
import { existing } from '../../../../modules/tls-service/secret-source';
import type { GcpChange } from '../../synthesize/gcp';

const CERTIFICATE = 'projects/demo-project/locations/global/certificates/one';

/** The shapes of the stack that differ in which resources exist, or in what Google must accept. */
export const GCP_VARIANTS: Readonly<Record<string, GcpChange>> = {
  'the default': {},
  'an existing network': {
    platform: {
      existingNetwork: {
        network: 'projects/demo-project/global/networks/theirs',
        subnetwork: 'projects/demo-project/regions/europe-west3/subnetworks/theirs',
      },
    },
  },
  'an existing key': {
    platform: { existingKeyId: 'projects/demo-project/locations/europe-west3/keyRings/ring/cryptoKeys/key' },
  },
  'no domain, an existing certificate': {
    service: { hostNames: [], zone: undefined, certificate: existingCertificates(CERTIFICATE) },
  },
  'several host names': { service: { hostNames: ['a.example.com', 'b.example.com', 'www.b.example.com'] } },
  'several existing certificates': {
    service: {
      hostNames: ['a.example.com', 'b.example.com'],
      certificate: existingCertificates(CERTIFICATE, `${CERTIFICATE}-b`),
    },
  },
  'an existing certificate map': {
    service: { certificate: existingCertificates('projects/demo-project/locations/global/certificateMaps/theirs') },
  },
  'a firewall': { service: { firewall: {} } },
  'a firewall that counts': { service: { firewall: { countOnly: true, requestsPer5Minutes: 2_000_000 } } },
  'operator access': { service: { operatorAccess: 'cloud-tunnel' } },
  'internet egress': { service: { internetEgress: true } },
  'internet egress in an existing network': {
    platform: { existingNetwork: { network: 'theirs', subnetwork: 'theirs' } },
    service: { internetEgress: true, operatorAccess: 'cloud-tunnel' },
  },
  'alarms by mail': { service: { alarms: { emails: ['ops@example.com', 'dev@example.com'] } } },
  'no access logs, no IPv6, no HTTP/3': { service: { accessLogs: false, gcp: { ipv6: false, quic: false } } },
  'no protection': { platform: { deletionProtection: false }, service: { deletionProtection: false } },
  'existing secrets': {
    service: {
      secrets: {
        CURRENT: existing('projects/demo-project/secrets/current'),
        PINNED: existing('projects/demo-project/secrets/pinned', '3'),
      },
    },
  },
  'two zones, prefixes': {
    service: { gcp: { zones: ['europe-west3-a', 'europe-west3-b'] }, publicPaths: ['/v1/*', '/', '/about/'] },
  },
  'another machine type': { service: { gcp: { machineType: 'n4-standard-2' }, capacity: { maxInstances: 40 } } },
  ...Object.fromEntries(
    (['x64', 'arm64'] as const).flatMap((architecture) =>
      (['small', 'medium', 'large', 'xlarge'] as const).map((machineSize) => [
        `${architecture} ${machineSize}`,
        { service: { architecture, capacity: { machineSize } } },
      ]),
    ),
  ),
};

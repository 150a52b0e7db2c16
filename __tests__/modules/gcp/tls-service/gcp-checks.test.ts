import fc from 'fast-check';
import { InvalidPropError } from '../../../../modules/props/invalid-prop';
import { existingCertificates } from '../../../../modules/tls-service/certificate-source';
import { existing } from '../../../../modules/tls-service/secret-source';
import { synthesizeGcp, type GcpChange } from '../../../kit/synthesize/gcp';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const CERTIFICATE = 'projects/p/locations/global/certificates/one';

describe('what only GCP limits', () => {
  it.each<[string, GcpChange]>([
    ['id', { id: 'User-Api' }],
    ['id', { id: 'a-name-that-is-too-long' }],
    ['tags', { service: { tags: { Team: 'core' } } }],
    ['tags', { service: { tags: { goog: 'x' } } }],
    ['tags', { service: { tags: { service: 'x' } } }],
    ['tags.team', { service: { tags: { team: 'Core Team' } } }],
    ['tags.team', { platform: { tags: { team: 'x'.repeat(64) } } }],
    ['project', { platform: { project: 'Demo Project' } }],
    ['region', { platform: { region: 'europe' } }],
    ['environment', { platform: { environment: 'production-in-europe' } }],
    ['application', { platform: { application: 'Sand_Piper' } }],
    ['existingKeyId', { platform: { existingKeyId: 'key' } }],
    ['cidr', { platform: { cidr: '8.8.8.0/24' } }],
    ['cidr', { platform: { cidr: '10.0.0.1/20' } }],
    ['cidr', { platform: { cidr: '10.0.0.0/28' } }],
    ['cidr', { platform: { cidr: '10.0.0.0/20', existingNetwork: { network: 'n', subnetwork: 's' } } }],
    ['existingNetwork.network', { platform: { existingNetwork: { network: '', subnetwork: 's' } } }],
    [
      'existingNetwork.googleApiRanges[0]',
      { platform: { existingNetwork: { network: 'n', subnetwork: 's', googleApiRanges: ['googleapis.com'] } } },
    ],
    ['gcp.machineType', { service: { gcp: { machineType: 'large' } } }],
    ['gcp.machineType', { service: { gcp: { machineType: 'c4a-standard-2' } } }],
    ['gcp.machineType', { service: { architecture: 'arm64', gcp: { machineType: 'n2-standard-2' } } }],
    ['gcp.zones', { service: { gcp: { zones: ['europe-west3-a'] } } }],
    ['gcp.zones', { service: { gcp: { zones: ['europe-west3-a', 'europe-west3-a'] } } }],
    ['gcp.zones[1]', { service: { gcp: { zones: ['europe-west3-a', 'us-east1-b'] } } }],
    ['certificate.ids[0]', { service: { certificate: existingCertificates('one') } }],
    ['certificate.ids', { service: { certificate: existingCertificates(CERTIFICATE, `${CERTIFICATE}-b`) } }],
    ['secrets.TOKEN.id', { service: { secrets: { TOKEN: existing('token') } } }],
    ['secrets.TOKEN.version', { service: { secrets: { TOKEN: existing('projects/p/secrets/t', 'newest') } } }],
    ['zone', { service: { zone: 'example.com' } }],
    ['baseImage', { service: { baseImage: 'debian-12' } }],
    ['artifact.path', { service: { artifact: { kind: 'binary', path: '/nonexistent/program' } } }],
  ])('names %s when it is wrong', (prop, change) => {
    let thrown: unknown;
    try {
      synthesizeGcp(change);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidPropError);
    expect((thrown as InvalidPropError).prop).toBe(prop);
  });

  const name = (maximum: number) =>
    fc
      .stringMatching(/^[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,7})?$/)
      .filter((text) => text.length <= maximum && !text.includes('--'));

  it('gives every valid name physical names that Google takes', () => {
    fc.assert(
      fc.property(name(12), name(8), name(16), (application, environment, id) => {
        const { json } = synthesizeGcp({ platform: { application, environment }, id });
        for (const [type, resources] of Object.entries<Record<string, any>>(json.resource)) {
          for (const resource of Object.values(resources)) {
            if (resource.name === undefined || /dns_record_set|bucket_object|alert_policy/.test(type)) continue;
            const text = String(resource.name);
            expect(text).toMatch(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
          }
        }
        const account = Object.values<any>(json.resource.google_service_account)[0].account_id as string;
        expect(account).toMatch(/^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/);
        const [template] = Object.values<any>(json.resource.google_compute_region_instance_template);
        expect(template.name_prefix.length).toBeLessThanOrEqual(37);
      }),
      { numRuns: 25 },
    );
  });

  it.each(['network', 'apis', 'artifacts', 'google', 'services'])(
    'takes a service named %s, like a part of the platform',
    (id) => {
      expect(synthesizeGcp({ id }).one('compute_backend_service').name).toBe(`sandpiper-dev-${id}`);
    },
  );

  it('gives no two parts of one type the same name', () => {
    const { json } = synthesizeGcp({
      service: {
        firewall: {},
        internetEgress: true,
        operatorAccess: 'cloud-tunnel',
        hostNames: ['a.b.com', 'a-b.b.com'],
      },
    });
    for (const [type, resources] of Object.entries<Record<string, any>>(json.resource)) {
      const names = Object.values(resources).map(({ name, type: recordType }) => `${name} ${recordType}`);
      if (Object.values(resources).every((resource) => resource.name === undefined)) continue;
      expect([type, new Set(names).size]).toEqual([type, names.length]);
    }
  });
});

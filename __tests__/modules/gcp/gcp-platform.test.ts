import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { GcpPlatform } from '../../../modules/gcp/platform';
import { PLATFORM, SERVICE, synthesizeGcp } from '../../kit/synthesize/gcp';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const byDefault = synthesizeGcp();
const KEY = 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k';
const EXISTING_NETWORK = {
  network: 'projects/demo-project/global/networks/theirs',
  subnetwork: 'projects/demo-project/regions/europe-west3/subnetworks/theirs',
};

describe('GcpPlatform', () => {
  describe('provider', () => {
    it('takes a range of provider versions, and Terraform with write-only arguments', () => {
      expect(byDefault.json.terraform).toMatchObject({
        required_version: '>= 1.11.0',
        required_providers: { google: { version: '>= 6.43.0, < 7.0.0' } },
      });
    });

    it('labels everything', () => {
      const labelled = synthesizeGcp({ platform: { environment: 'prod', tags: { team: 'core' } } });
      expect(labelled.json.provider.google[0]).toEqual({
        project: 'demo-project',
        region: 'europe-west3',
        default_labels: { application: 'sandpiper', environment: 'prod', team: 'core' },
      });
    });

    it('takes project and region as Terraform values', () => {
      const gcp = synthesizeGcp((stack) => {
        const project = new TerraformVariable(stack, 'gcp_project', { type: 'string' });
        const region = new TerraformVariable(stack, 'gcp_region', { type: 'string' });
        return { platform: { project: project.stringValue, region: region.stringValue } };
      });
      expect(gcp.one('storage_bucket')).toMatchObject({
        name: '${var.gcp_project}-sandpiper-dev-artifacts',
        location: '${upper(var.gcp_region)}',
      });
    });
  });

  describe('APIs', () => {
    it('stay on when the platform goes', () => {
      expect(byDefault.all('project_service').map(({ disable_on_destroy }) => disable_on_destroy as boolean)).toEqual(
        Array.from({ length: 9 }, () => false),
      );
    });

    it('are on before anything is made through them', () => {
      for (const [type, resources] of Object.entries<Record<string, any>>(byDefault.json.resource)) {
        if (['google_project_service', 'terraform_data'].includes(type)) continue;
        for (const [name, { depends_on }] of Object.entries(resources)) {
          expect([name, depends_on]).toEqual([
            name,
            expect.arrayContaining([
              expect.stringMatching(/^google_project_service\.platform_apis_[a-z]+_[0-9A-F]{8}$/),
            ]),
          ]);
        }
      }
    });
  });

  describe('its own network', () => {
    it('has one private subnetwork with flow logs and Private Google Access', () => {
      expect(byDefault.one('compute_network')).toMatchObject({
        auto_create_subnetworks: false,
        delete_default_routes_on_create: true,
      });
      expect(byDefault.one('compute_subnetwork')).toMatchObject({
        ip_cidr_range: '10.10.0.0/20',
        private_ip_google_access: true,
        log_config: { flow_sampling: 0.5, metadata: 'INCLUDE_ALL_METADATA' },
      });
      expect(synthesizeGcp({ platform: { cidr: '10.20.0.0/22' } }).one('compute_subnetwork').ip_cidr_range).toBe(
        '10.20.0.0/22',
      );
    });

    it.each([
      ['INGRESS', 'deny-all-ingress', 'source_ranges'],
      ['EGRESS', 'deny-all-egress', 'destination_ranges'],
    ])('denies and logs all %s that no rule allows', (direction, id, ranges) => {
      expect(byDefault.one('compute_firewall', id)).toMatchObject({
        direction,
        priority: 65534,
        [ranges]: ['0.0.0.0/0'],
        deny: [{ protocol: 'all' }],
        log_config: { metadata: 'INCLUDE_ALL_METADATA' },
      });
    });

    it("reaches Google's APIs inside of Google", () => {
      expect(byDefault.one('dns_managed_zone')).toMatchObject({ dns_name: 'googleapis.com.', visibility: 'private' });
      expect(
        byDefault.all('dns_record_set', 'google-api-.*').map(({ name, type, rrdatas }) => [name, type, rrdatas]),
      ).toEqual([
        ['restricted.googleapis.com.', 'A', ['199.36.153.4', '199.36.153.5', '199.36.153.6', '199.36.153.7']],
        ['*.googleapis.com.', 'CNAME', ['restricted.googleapis.com.']],
      ]);
    });

    it('has one NAT, however many services ask', () => {
      const stack = new TerraformStack(Testing.app(), 'gcp-stack');
      const platform = new GcpPlatform(stack, 'platform', PLATFORM);
      platform.tlsService('one', { ...SERVICE, internetEgress: true });
      platform.tlsService('two', { ...SERVICE, hostNames: ['two.example.com'], internetEgress: true });
      const { resource } = JSON.parse(Testing.synth(stack)) as Record<string, any>;
      expect(Object.values(resource.google_compute_router_nat)).toEqual([
        expect.objectContaining({
          source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS',
          log_config: { enable: true, filter: 'ERRORS_ONLY' },
        }),
      ]);
      expect(Object.keys(resource.google_compute_region_instance_group_manager)).toHaveLength(2);
    });
  });

  describe('an existing network', () => {
    const gcp = synthesizeGcp({ platform: { existingNetwork: EXISTING_NETWORK } });

    it('gets rules for the service, and nothing else', () => {
      for (const type of [
        'compute_network',
        'compute_subnetwork',
        'compute_route',
        'compute_router',
        'dns_managed_zone',
      ]) {
        expect(gcp.all(type)).toEqual([]);
      }
      expect(gcp.one('compute_region_instance_template').network_interface[0].subnetwork).toBe(
        EXISTING_NETWORK.subnetwork,
      );
      for (const rule of gcp.all('compute_firewall')) {
        expect(rule.network).toBe(EXISTING_NETWORK.network);
        expect(rule.target_service_accounts).toEqual([expect.stringMatching(/google_service_account.*email/)]);
      }
    });

    it('does not open the service to rules of its own', () => {
      expect(
        gcp
          .all('compute_firewall')
          .map(({ name, priority }) => [name.replace('sandpiper-dev-user-api-', ''), priority]),
      ).toEqual([
        ['allow-google-apis', 800],
        ['allow-load-balancer', 800],
        ['deny-egress', 900],
        ['deny-ingress', 900],
      ]);
      expect(gcp.one('compute_firewall', 'allow-google-apis').destination_ranges).toEqual([
        '199.36.153.4/30',
        '199.36.153.8/30',
      ]);
    });

    it("leaves the way to the internet to the network's owner", () => {
      const open = synthesizeGcp({
        platform: { existingNetwork: EXISTING_NETWORK },
        service: { internetEgress: true },
      });
      expect(open.all('compute_router_nat')).toEqual([]);
      expect(open.all('compute_firewall', 'deny-egress')).toEqual([]);
      expect(open.all('compute_firewall', 'deny-ingress')).toHaveLength(1);
    });
  });

  describe('artifact bucket', () => {
    it('is locked down', () => {
      expect(byDefault.one('storage_bucket')).toMatchObject({
        name: 'demo-project-sandpiper-dev-artifacts',
        location: 'EUROPE-WEST3',
        uniform_bucket_level_access: true,
        public_access_prevention: 'enforced',
        versioning: { enabled: true },
        soft_delete_policy: { retention_duration_seconds: 604800 },
        force_destroy: false,
      });
      expect(byDefault.guarded).toContain('artifacts_bucket');
    });

    it('can be destroyed with what is in it once the protection is off', () => {
      const unprotected = synthesizeGcp({ platform: { deletionProtection: false } });
      expect(unprotected.one('storage_bucket').force_destroy).toBe(true);
      expect(unprotected.guarded).not.toContain('artifacts_bucket');
    });

    it('is encrypted with an existing key', () => {
      expect(byDefault.one('storage_bucket').encryption).toBeUndefined();
      expect(synthesizeGcp({ platform: { existingKeyId: KEY } }).one('storage_bucket').encryption).toEqual({
        default_kms_key_name: KEY,
      });
    });

    it('names an object by its content, and takes it from the synthesized directory', () => {
      const { name, source } = byDefault.one('storage_bucket_object', 'artifact');
      expect(name).toMatch(/^services\/user-api\/[0-9a-f]{64}$/);
      expect(source).toMatch(/^assets\//);
    });
  });

  it('keeps two environments apart in one project', () => {
    const namesOf = (environment: string) =>
      Object.entries<Record<string, any>>(synthesizeGcp({ platform: { environment } }).json.resource).flatMap(
        ([type, resources]) =>
          Object.values(resources).flatMap(({ name, account_id, secret_id }) => {
            const physical = name ?? account_id ?? secret_id;
            return physical === undefined || /record_set|bucket_object|iam_member/.test(type)
              ? []
              : [`${type} ${physical}`];
          }),
      );
    const [dev, prod] = [namesOf('dev'), namesOf('prod')];
    expect(dev.filter((name) => prod.includes(name))).toEqual([]);
    expect(dev.length).toBeGreaterThan(20);
  });
});

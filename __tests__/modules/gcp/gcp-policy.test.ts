import { synthesizeGcp } from '../../kit/synthesize/gcp';
import { GCP_VARIANTS } from '../../kit/clouds/gcp/variants';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** What no scanner sees: Checkov has no rules for the regional instance template. */
describe.each(Object.entries(GCP_VARIANTS))('policy: %s', (_, change) => {
  const gcp = synthesizeGcp(change);

  it('starts Shielded VMs without an external address, under an account of their own', () => {
    for (const template of gcp.all('compute_region_instance_template')) {
      expect(template.shielded_instance_config).toEqual({
        enable_secure_boot: true,
        enable_vtpm: true,
        enable_integrity_monitoring: true,
      });
      expect(template.network_interface).toHaveLength(1);
      expect(template.network_interface[0].access_config).toBeUndefined();
      expect(template.network_interface[0].ipv6_access_config).toBeUndefined();
      expect(template.can_ip_forward).toBe(false);
      expect(template.service_account.email).toMatch(/^\$\{google_service_account\./);
      expect(template.metadata).toMatchObject({
        'enable-oslogin': 'TRUE',
        'block-project-ssh-keys': 'TRUE',
        'serial-port-enable': 'FALSE',
      });
    }
    expect(gcp.all('compute_region_instance_template').length).toBeGreaterThan(0);
  });

  it('describes and logs every firewall rule, and lets nobody in from everywhere', () => {
    for (const rule of gcp.all('compute_firewall')) {
      expect(rule.description).toMatch(/\S/);
      expect(rule.log_config).toEqual({ metadata: 'INCLUDE_ALL_METADATA' });
      if (rule.direction === 'INGRESS' && rule.allow !== undefined) {
        expect(rule.source_ranges).not.toContain('0.0.0.0/0');
        expect(rule.target_service_accounts).toHaveLength(1);
        expect(rule.allow[0].ports.length).toBeGreaterThan(0);
      }
    }
    expect(gcp.all('compute_firewall').filter(({ deny, direction }) => deny && direction === 'INGRESS')).not.toEqual(
      [],
    );
  });

  it('grants narrow roles to the service account, on what it owns', () => {
    const roles = [
      ...gcp.all('project_iam_member'),
      ...gcp.all('storage_bucket_iam_member'),
      ...gcp.all('secret_manager_secret_iam_member'),
    ].map(({ role, member }) => [role, member]);
    expect([...new Set(roles.map(([role]) => role as string))].sort()).toEqual([
      'roles/logging.logWriter',
      'roles/secretmanager.secretAccessor',
      'roles/storage.objectViewer',
    ]);
    for (const [, member] of roles) expect(member).toMatch(/^\$\{google_service_account\..*\.member\}$/);
  });

  it('lets an instance read its program and the host agent, object by object', () => {
    const { condition } = gcp.one('storage_bucket_iam_member');
    const objects = (condition.expression as string).split(' || ');
    expect(objects).toEqual([
      expect.stringMatching(
        /^resource\.name == "projects\/_\/buckets\/\S+\/objects\/services\/user-api\/[0-9a-f]{64}"$/,
      ),
      expect.stringMatching(
        /^resource\.name == "projects\/_\/buckets\/\S+\/objects\/host-agent\/user-api\/[0-9a-f]{64}"$/,
      ),
    ]);
  });

  it('has no key of a service account, and no open bucket', () => {
    expect(gcp.all('service_account_key')).toEqual([]);
    for (const bucket of gcp.all('storage_bucket')) {
      expect(bucket).toMatchObject({ uniform_bucket_level_access: true, public_access_prevention: 'enforced' });
    }
  });

  it('never serves plain HTTP', () => {
    for (const rule of gcp.all('compute_global_forwarding_rule')) {
      expect(rule.target).toMatch(rule.port_range === '443' ? /target_https_proxy/ : /target_http_proxy/);
    }
    expect(gcp.one('compute_target_http_proxy').url_map).toMatch(/http-url-map/);
    expect(gcp.one('compute_url_map', 'http-url-map').default_service).toBeUndefined();
  });

  it('reads nothing from Google at plan, so that it can be planned without credentials', () => {
    expect(gcp.json.data).toBeUndefined();
  });
});

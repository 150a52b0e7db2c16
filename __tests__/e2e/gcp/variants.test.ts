import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { GCP_VARIANTS } from '../../kit/clouds/gcp/variants';
import type { ResourceChange, Terraform } from '../../kit/terraform';
import { writeVariants } from './variant-modules';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const LIFE_SECONDS = 300;
/** The sizes of machines differ in one word, which the unit tests read: one of them is enough here. */
const NAMES = Object.keys(GCP_VARIANTS).filter((name) => !/^(?:x64|arm64) /.test(name) || name === 'arm64 small');

/** Types of which a variant has more or fewer resources than the default; a variant that is not here differs in arguments only. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'a firewall': ['google_compute_security_policy'],
  'a firewall that counts': ['google_compute_security_policy'],
  'several host names': ['google_certificate_manager_dns_authorization', 'google_dns_record_set'],
  'operator access': ['google_compute_firewall'],
  'internet egress': ['google_compute_router_nat'],
  'alarms by mail': ['google_monitoring_notification_channel'],
};
const FEWER: Readonly<Record<string, readonly string[]>> = {
  'an existing network': ['google_compute_network', 'google_compute_subnetwork'],
  'no domain, an existing certificate': ['google_certificate_manager_certificate', 'google_dns_record_set'],
  'an existing certificate map': ['google_certificate_manager_certificate_map'],
  'existing secrets': ['google_secret_manager_secret'],
};

/** What is applied too: between them they have every type of resource. Terraform writes its state anew for each resource, so few at once. */
const APPLIED = ['an existing network', 'several host names', 'a firewall', 'internet egress', 'alarms by mail'];

describe('every shape of a service on GCP', () => {
  const google = requireGoogleProvider();
  const variables = { secret: 'sekret' };
  const prepare = async (terraform: Terraform, names: readonly string[]): Promise<Terraform> => {
    (await google.standIn()).workIn(terraform.directory);
    writeVariants(
      terraform.directory,
      names.map((name) => GCP_VARIANTS[name]!),
    );
    await terraform.init();
    await terraform.validate();
    return terraform;
  };

  describe('is planned', () => {
    let changes: readonly ResourceChange[];
    const created = (name: string, type: string) =>
      changes.filter(
        ({ address, type: itsType, change }) =>
          address.startsWith(`module.v${NAMES.indexOf(name)}.`) &&
          itsType === type &&
          change.actions.join() === 'create',
      ).length;

    beforeAll(async () => {
      const terraform = await prepare(await google.planningTerraform({}, { variables }), NAMES);
      changes = (await terraform.plan()).json.resource_changes!;
    }, LIFE_SECONDS * 1000);

    it('has the variants that are compared', () => {
      expect(NAMES).toEqual(expect.arrayContaining([...Object.keys(MORE), ...Object.keys(FEWER), ...APPLIED]));
    });

    it.each(NAMES)('%s', (name) => {
      expect(created(name, 'google_compute_region_instance_group_manager')).toBe(1);
      expect(created(name, 'google_compute_global_forwarding_rule')).toBeGreaterThan(1);
      for (const type of MORE[name] ?? []) expect(created(name, type)).toBeGreaterThan(created('the default', type));
      for (const type of FEWER[name] ?? []) expect(created(name, type)).toBeLessThan(created('the default', type));
    });
  });

  it(
    'is applied as it was planned: a second plan changes nothing',
    async () => {
      const terraform = await prepare(await google.standInTerraform({}, { variables }), APPLIED);
      await terraform.apply();
      const { json } = await terraform.plan();
      const changed = json.resource_changes!.filter(({ change }) => change.actions.join() !== 'no-op');
      expect(json.resource_changes!.length).toBeGreaterThan(200);
      expect(changed.map(({ address, change }) => `${address}: ${change.actions.join()}`)).toEqual([]);
    },
    LIFE_SECONDS * 1000,
  );
});

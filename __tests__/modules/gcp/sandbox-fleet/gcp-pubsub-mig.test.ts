import { TerraformVariable } from 'cdktf';
import { synthesizePlayground } from '../../../kit/synthesize/playground';
import type { Resource } from '../../../kit/synthesize/resources';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

describe('a sandbox fleet on GCP', () => {
  const { resources, all, one, playground } = synthesizePlayground('gcp');
  const runner = '${google_service_account.platform_services_playground-fleet_service-account_';
  const membersOf = (member: string) =>
    Object.entries(resources as Record<string, Record<string, Resource>>)
      .filter(([type]) => type.endsWith('_iam_member'))
      .flatMap(([type, resources]) => Object.values(resources).map((resource): Resource => ({ type, ...resource })))
      .filter((resource) => String(resource.member).startsWith(member));

  it('lets runners take jobs and put letters aside, read and log, and nothing else', () => {
    const grants = membersOf(runner);
    expect(grants.map(({ role }) => role as string).sort()).toEqual([
      'roles/logging.logWriter',
      'roles/memorystore.dbConnectionUser',
      'roles/pubsub.publisher',
      'roles/pubsub.subscriber',
      'roles/storage.objectViewer',
      'roles/storage.objectViewer',
    ]);
    for (const { role, condition } of grants.filter(({ type }) => type === 'google_project_iam_member')) {
      if (role !== 'roles/logging.logWriter') expect(condition.expression).toMatch(/^resource\.name == "[^"*]+"$/);
    }
    const read = one('storage_bucket_iam_member', 'playground-fleet_read-pushed').condition.expression as string;
    expect(read).toBe(
      ['images', 'runner']
        .map(
          (kind) => `resource.name.startsWith("projects/_/buckets/demo-project-sandpiper-bootstrap/objects/${kind}/")`,
        )
        .join(' || '),
    );
  });

  it('lets gateways send jobs, connect and publish the demand', () => {
    const service = '${google_service_account.platform_services_playground_service-account_';
    const roles = membersOf(service).map(({ role }) => role as string);
    expect(roles).toEqual(
      expect.arrayContaining([
        'roles/pubsub.publisher',
        'roles/monitoring.metricWriter',
        'roles/memorystore.dbConnectionUser',
      ]),
    );
    expect(roles).not.toContain('roles/pubsub.subscriber');
    expect(playground.fleet.gatewayEnvironment).toMatchObject({
      SANDPIPER_BASE_SLOTS: '4',
      SANDPIPER_TRUSTED_PROXIES: '2',
    });
  });

  it('has a queue that never expires, and puts aside what was delivered too often', () => {
    expect(one('pubsub_subscription', 'jobs-subscription')).toMatchObject({
      ack_deadline_seconds: 180,
      message_retention_duration: '3600s',
      expiration_policy: { ttl: '' },
      dead_letter_policy: { max_delivery_attempts: 100 },
    });
    expect(one('pubsub_subscription', 'dead-letters-subscription')).toMatchObject({
      message_retention_duration: `${7 * 24 * 3600}s`,
      expiration_policy: { ttl: '' },
    });
    const agent = /@gcp-sa-pubsub\.iam\.gserviceaccount\.com$/;
    expect(one('pubsub_topic_iam_member', 'playground-fleet_agent')).toMatchObject({
      role: 'roles/pubsub.publisher',
      topic: expect.stringContaining('dead-letters-topic'),
      member: expect.stringMatching(agent),
    });
    expect(one('pubsub_subscription_iam_member', 'playground-fleet_agent')).toMatchObject({
      role: 'roles/pubsub.subscriber',
      subscription: expect.stringContaining('jobs-subscription'),
      member: expect.stringMatching(agent),
    });
    expect(
      synthesizePlayground('gcp', { fleet: { maximumJobSeconds: 3600 } }).one('pubsub_subscription', 'jobs-'),
    ).toMatchObject({
      ack_deadline_seconds: 600,
    });
  });

  it('lets nothing in to a runner, and out only to Google’s APIs and the event store', () => {
    const rules = all('compute_firewall', 'playground-fleet_').filter(({ target_service_accounts: [account] }) =>
      String(account).startsWith(runner),
    );
    const said = rules.map(({ direction, priority, allow, deny, source_ranges, destination_ranges }) => [
      direction,
      priority,
      allow === undefined ? 'deny' : 'allow',
      (source_ranges ?? destination_ranges)[0],
      (allow ?? deny)[0].ports?.[0] ?? (allow ?? deny)[0].protocol,
    ]);
    expect(said).toHaveLength(4);
    expect(said).toEqual(
      expect.arrayContaining([
        ['INGRESS', 900, 'deny', '0.0.0.0/0', 'all'],
        ['EGRESS', 900, 'deny', '0.0.0.0/0', 'all'],
        ['EGRESS', 800, 'allow', '199.36.153.4/30', '443'],
        ['EGRESS', 800, 'allow', expect.stringMatching(/^\$\{local\..*playground-store_address.*\}\/32$/), '6379'],
      ]),
    );
  });

  it('runs in a subnetwork of its own, without an external address or Cloud NAT', () => {
    expect(all('compute_router_nat')).toEqual([]);
    const templates = all('compute_region_instance_template', 'playground-fleet_');
    expect(templates).toHaveLength(2);
    for (const {
      network_interface: [network],
      metadata,
      shielded_instance_config: shielded,
    } of templates) {
      expect(network.access_config).toBeUndefined();
      expect(network.subnetwork).toContain('runner-subnetwork');
      expect(shielded).toEqual({ enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true });
      expect(metadata).toMatchObject({ 'block-project-ssh-keys': 'TRUE', 'serial-port-enable': 'FALSE' });
      expect(metadata['shutdown-script']).toContain('timeout 25 systemctl stop playground-fleet.service');
    }
  });

  it('has standard machines of a fixed number, and spot machines that follow the published number', () => {
    expect(one('compute_region_instance_group_manager', 'base-group').target_size).toBe(1);
    const spot = one('compute_region_instance_group_manager', 'spot-group');
    expect(spot).toMatchObject({
      lifecycle: { ignore_changes: ['target_size'] },
      distribution_policy_target_shape: 'BALANCED',
      update_policy: { type: 'PROACTIVE', instance_redistribution_type: 'NONE', max_unavailable_fixed: 0 },
    });
    expect(one('compute_region_instance_template', 'playground-fleet_base').scheduling).toBeUndefined();
    expect(one('compute_region_instance_template', 'playground-fleet_spot').scheduling).toMatchObject({
      provisioning_model: 'SPOT',
      preemptible: true,
      automatic_restart: false,
    });
    const { autoscaling_policy: policy } = one('compute_region_autoscaler', 'playground-fleet_');
    expect(policy).toMatchObject({ mode: 'ON', min_replicas: 0, max_replicas: 9, cooldown_period: 60 });
    expect(policy.scale_in_control).toEqual({ max_scaled_in_replicas: { percent: 80 }, time_window_sec: 600 });
    expect(policy.metric).toEqual([
      {
        name: 'custom.googleapis.com/sandpiper/spot_slots_wanted',
        type: 'GAUGE',
        single_instance_assignment: 4,
        filter: [
          'resource.type = "generic_task"',
          'resource.labels.location = "europe-west3"',
          'resource.labels.namespace = "sandpiper-dev"',
          'resource.labels.job = "playground-fleet"',
          'resource.labels.task_id = "demand"',
        ].join(' AND '),
      },
    ]);
  });

  it.each([
    [{ minInstances: 3, maxInstances: 5, onDemandInstances: 1 }, 'ON', 2, 4],
    [{ minInstances: 0, maxInstances: 5, onDemandInstances: 2 }, 'ON', 0, 3],
    [{ minInstances: 2, maxInstances: 2, onDemandInstances: 2 }, 'OFF', 0, 1],
  ])('gives the autoscaler what %p leaves', (capacity, mode, least, most) => {
    const { autoscaling_policy: policy } = synthesizePlayground('gcp', { fleet: { capacity } }).one(
      'compute_region_autoscaler',
      'playground-fleet_',
    );
    expect([policy.mode, policy.min_replicas, policy.max_replicas]).toEqual([mode, least, most]);
  });

  it('takes its sizes as Terraform values', () => {
    const gcp = synthesizePlayground('gcp', (stack) => {
      const number = (name: string) => new TerraformVariable(stack, name, { type: 'number' }).numberValue;
      return {
        fleet: {
          capacity: { minInstances: number('least'), maxInstances: number('most'), onDemandInstances: number('base') },
        },
      };
    });
    expect(gcp.one('compute_region_autoscaler', 'playground-fleet_').autoscaling_policy).toMatchObject({
      mode: '${((var.most - var.base) >= 1) ? "ON" : "OFF"}',
      min_replicas: '${max(0, (var.least - var.base))}',
      max_replicas: '${max(1, (var.most - var.base))}',
    });
    expect(gcp.one('compute_region_instance_group_manager', 'base-group').target_size).toBe('${var.base}');
  });

  it('has an event store without a password: TLS, identities, one shard, several zones', () => {
    expect(one('memorystore_instance', 'playground-store')).toMatchObject({
      mode: 'CLUSTER_DISABLED',
      shard_count: 1,
      replica_count: 1,
      authorization_mode: 'IAM_AUTH',
      transit_encryption_mode: 'SERVER_AUTHENTICATION',
      zone_distribution_config: { mode: 'MULTI_ZONE' },
      depends_on: expect.arrayContaining([expect.stringContaining('event-store-policy')]),
    });
    expect(one('network_connectivity_service_connection_policy', 'event-store')).toMatchObject({
      service_class: 'gcp-memorystore',
    });
  });

  it.each([
    ['theirs'],
    ['projects/demo-project/global/networks/theirs'],
    ['https://www.googleapis.com/compute/v1/projects/demo-project/global/networks/theirs'],
  ])('makes no policy, no subnetwork and no route in the existing network %s, whose owner does', (network) => {
    const existingNetwork = { network, subnetwork: 'theirs', runnerSubnetwork: 'apart' };
    const theirs = synthesizePlayground('gcp', { gcp: { existingNetwork } });
    for (const type of ['network_connectivity_service_connection_policy', 'compute_subnetwork', 'compute_route']) {
      expect(theirs.all(type)).toEqual([]);
    }
    for (const template of theirs.all('compute_region_instance_template', 'playground-fleet_')) {
      expect(template.network_interface[0].subnetwork).toBe('apart');
    }
    expect(theirs.one('memorystore_instance', 'playground-store').desired_auto_created_endpoints).toEqual([
      { network: 'projects/demo-project/global/networks/theirs', project_id: 'demo-project' },
    ]);
  });

  it('tells of dead letters, long waits, a full fleet, a missing demand and missing gateways', () => {
    const alarms = all('monitoring_alert_policy', 'playground-fleet_alarm').map(
      ({ display_name }) => display_name as string,
    );
    expect(alarms.sort()).toEqual(
      [
        'a job failed in all of its attempts',
        'a job has waited for more than 120 s for three minutes',
        'a message is older than a job may wait and run',
        'no gateway answers',
        'no gateway has published the demand for three minutes',
        'p95 time until a job begins above 10 s for five minutes',
        'the fleet has had its maximum size for ten minutes',
      ].map((title) => `sandpiper-dev-playground-fleet: ${title}`),
    );
  });
});

import type { PlanEditor } from './edit-plan';
import type { Harmless, Mutation } from './mutation';

const EVERYWHERE = '0.0.0.0/0';
const TEMPLATES = ['playground-fleet_base-template', 'playground-fleet_spot-template'];
const TEMPLATE = 'google_compute_region_instance_template';

const network = (plan: PlanEditor) => plan.ref('google_compute_network', 'network');
const email = (plan: PlanEditor, service = 'playground-fleet') =>
  plan.ref('google_service_account', `${service}_service-account`, 'email');
const member = (plan: PlanEditor) => plan.ref('google_service_account', 'playground-fleet_service-account', 'member');
/** A rule of the firewall that lets out. */
const egress = (plan: PlanEditor, rule: Readonly<Record<string, unknown>>) =>
  plan.add('google_compute_firewall', {
    network: network(plan),
    direction: 'EGRESS',
    priority: 100,
    destination_ranges: [EVERYWHERE],
    allow: [{ protocol: 'all' }],
    ...rule,
  });
const nat = (plan: PlanEditor, attributes: Readonly<Record<string, unknown>>) => {
  plan.add('google_compute_router', { network: network(plan), name: 'router' });
  plan.add('google_compute_router_nat', { router: '${google_compute_router.hole.name}', ...attributes });
};
const setTemplate = (plan: PlanEditor, attributes: Readonly<Record<string, unknown>>) =>
  plan.set(TEMPLATE, TEMPLATES[1]!, attributes);

export const GCP_MUTATIONS: readonly Mutation[] = [
  {
    what: 'a public address',
    change: (plan) => setTemplate(plan, { 'network_interface.0.access_config': [{ network_tier: 'PREMIUM' }] }),
    opening: /spot-template\S* access_config gives runners a public address/,
  },
  {
    what: 'a public IPv6 address',
    change: (plan) => setTemplate(plan, { 'network_interface.0.ipv6_access_config': [{ network_tier: 'PREMIUM' }] }),
    opening: /spot-template\S* ipv6_access_config gives runners a public address/,
  },
  {
    what: 'a second interface',
    change: (plan) =>
      setTemplate(plan, {
        network_interface: [
          { subnetwork: plan.ref('google_compute_subnetwork', 'runner-subnetwork') },
          { subnetwork: 'projects/other/regions/europe-west3/subnetworks/shared' },
        ],
      }),
    opening: /spot-template\S* has a second network interface/,
  },
  {
    what: 'packets of others',
    change: (plan) => setTemplate(plan, { can_ip_forward: true }),
    opening: /forwards packets of others/,
  },
  {
    what: "runners in somebody else's network",
    change: (plan) => setTemplate(plan, { 'network_interface.0.subnetwork': 'shared' }),
    opening: /its network shared is not in the plan/,
  },
  {
    what: "Cloud NAT of the runners' subnetwork",
    change: (plan) =>
      nat(plan, {
        source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS',
        subnetwork: [{ name: plan.ref('google_compute_subnetwork', 'runner-subnetwork') }],
      }),
    opening: /^google_compute_router_nat\.hole translates addresses of the runners'/,
  },
  {
    what: 'Cloud NAT of all subnetworks',
    change: (plan) => nat(plan, { source_subnetwork_ip_ranges_to_nat: 'ALL_SUBNETWORKS_ALL_IP_RANGES' }),
    opening: /^google_compute_router_nat\.hole translates addresses of the runners'/,
  },
  {
    what: 'a route to the internet',
    change: (plan) =>
      plan.add('google_compute_route', {
        network: network(plan),
        dest_range: EVERYWHERE,
        next_hop_gateway: 'default-internet-gateway',
      }),
    opening: /^google_compute_route\.hole leads from the runners' network to 0\.0\.0\.0\/0/,
  },
  {
    what: 'a route to more than the restricted range',
    change: (plan) => plan.set('google_compute_route', 'google-api-route', { dest_range: '199.36.153.0/24' }),
    opening: /google-api-route\S* leads from the runners' network to 199\.36\.153\.0\/24/,
  },
  {
    what: "a route to Google's APIs by way of a machine",
    change: (plan) =>
      plan.set('google_compute_route', 'google-api-route', { next_hop_gateway: undefined, next_hop_ip: '10.0.0.9' }),
    opening: /google-api-route\S* leads from the runners' network/,
  },
  {
    what: 'the default routes',
    change: (plan) => plan.set('google_compute_network', 'network', { delete_default_routes_on_create: false }),
    opening: /^google_compute_network\.\S+ keeps the default route/,
  },
  {
    what: 'IPv6 in the subnetwork',
    change: (plan) => plan.set('google_compute_subnetwork', 'runner-subnetwork', { stack_type: 'IPV4_IPV6' }),
    opening: /gives runners IPv6/,
  },
  {
    what: 'a rule that lets runners out',
    change: (plan) => egress(plan, { target_service_accounts: [email(plan)] }),
    opening: /^google_compute_firewall\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'a rule that lets all of the network out before the refusal',
    change: (plan) => egress(plan, { priority: 899, destination_ranges: ['203.0.113.7/32'] }),
    opening: /^google_compute_firewall\.hole lets runners out to 203\.0\.113\.7\/32/,
  },
  ...['allow', 'priority', 'direction'].map((attribute): Mutation => ({
    what: `a rule whose ${attribute} is known after apply only`,
    change: (plan) => egress(plan, { [attribute]: '${var.it}' }),
    opening: /^google_compute_firewall\.hole lets runners out to what is known after apply/,
  })),
  {
    what: 'a refusal that may be switched off',
    change: (plan) => plan.set('google_compute_firewall', 'playground-fleet_deny-egress', { disabled: '${var.it}' }),
    opening: /no rule of their own refuses/,
  },
  {
    what: 'a rule for their account in words',
    change: (plan) =>
      egress(plan, {
        target_service_accounts: [
          `${plan.written('google_service_account', 'playground-fleet', 'account_id')}@demo-project.iam.gserviceaccount.com`,
        ],
      }),
    opening: /^google_compute_firewall\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'Cloud NAT of subnetworks that are known after apply only',
    change: (plan) =>
      nat(plan, { source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS', subnetwork: '${local.subnetworks}' }),
    opening: /^google_compute_router_nat\.hole translates addresses of the runners'/,
  },
  {
    what: 'a rule without ranges',
    change: (plan) => egress(plan, { destination_ranges: undefined }),
    opening: /^google_compute_firewall\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'a rule for a tag that runners get',
    change: (plan) => {
      setTemplate(plan, { tags: ['open'] });
      egress(plan, { target_tags: ['open'] });
    },
    opening: /^google_compute_firewall\.hole lets runners out/,
  },
  {
    what: 'more than the one address of the event store',
    change: (plan) =>
      plan.set('google_compute_firewall', 'runners-to-event-store', {
        destination_ranges: [
          plan.written('google_compute_firewall', 'runners-to-event-store', 'destination_ranges').replace('/32', '/16'),
        ],
      }),
    opening: /runners-to-event-store\S* lets runners out to \S.*\/16/,
  },
  {
    what: 'every API of Google',
    change: (plan) =>
      plan.set('google_compute_firewall', 'playground-fleet_allow-google-apis', {
        destination_ranges: ['199.36.153.8/30'],
      }),
    opening: /allow-google-apis\S* lets runners out to 199\.36\.153\.8\/30/,
  },
  {
    what: 'no refusal of their own',
    change: (plan) => plan.remove('google_compute_firewall', 'playground-fleet_deny-egress'),
    opening: /no rule of their own refuses/,
  },
  {
    what: 'a refusal that is switched off',
    change: (plan) => plan.set('google_compute_firewall', 'playground-fleet_deny-egress', { disabled: true }),
    opening: /no rule of their own refuses/,
  },
  {
    what: 'no refusal of the network',
    change: (plan) => plan.remove('google_compute_firewall', 'network_deny-all-egress'),
    opening: /no rule of the network refuses/,
  },
  {
    what: 'a rule that lets somebody in',
    change: (plan) =>
      plan.add('google_compute_firewall', {
        network: network(plan),
        direction: 'INGRESS',
        priority: 1,
        source_ranges: ['10.0.0.0/8'],
        allow: [{ protocol: 'tcp', ports: ['22'] }],
      }),
    opening: /^google_compute_firewall\.hole lets somebody open connections to runners/,
  },
  ...[
    'google_compute_network_peering',
    'google_compute_vpn_tunnel',
    'google_compute_interconnect_attachment',
    'google_compute_network_firewall_policy_rule',
    'google_compute_firewall_policy_rule',
    'google_service_networking_connection',
    'google_vpc_access_connector',
    'google_compute_forwarding_rule',
    'google_dns_policy',
  ].map((type): Mutation => ({
    what: type,
    change: (plan) => plan.add(type, { network: network(plan) }),
    opening: new RegExp(`^${type}\\.hole ${type} may open a way`),
  })),
  {
    what: "an address that leads to every API of Google's",
    change: (plan) =>
      plan.add('google_compute_global_forwarding_rule', {
        network: network(plan),
        target: 'all-apis',
        load_balancing_scheme: '',
      }),
    opening: /forwarding_rule\.hole is an address inside of the network that leads elsewhere/,
  },
  {
    what: 'endpoints of other services',
    change: (plan) =>
      plan.set('google_network_connectivity_service_connection_policy', 'event-store', {
        service_class: 'google-cloud-sql',
      }),
    opening: /lets google-cloud-sql into the network/,
  },
  {
    what: 'names that somebody else answers for',
    change: (plan) =>
      plan.add('google_dns_managed_zone', {
        dns_name: 'example.org.',
        visibility: 'private',
        forwarding_config: [{ target_name_servers: [{ ipv4_address: '203.0.113.7' }] }],
      }),
    opening: /managed_zone\.hole sends names of the network to somebody else/,
  },
  ...['roles/editor', 'roles/owner', 'roles/storage.admin', 'roles/pubsub.editor', 'projects/p/roles/custom'].map(
    (role): Mutation => ({
      what: `${role} on the project`,
      change: (plan) => plan.add('google_project_iam_member', { project: 'p', role, member: member(plan) }),
      opening: new RegExp(`^google_project_iam_member\\.hole grants runners ${role}`),
    }),
  ),
  {
    what: 'every event store',
    change: (plan) =>
      plan.set('google_project_iam_member', 'playground-fleet_connect-to-event-store', { condition: [] }),
    opening: /without a condition that names what it is for/,
  },
  {
    what: 'all objects of all buckets by a prefix',
    change: (plan) =>
      plan.set('google_storage_bucket_iam_member', 'playground-fleet_read-pushed', {
        'condition.0.expression': 'resource.name.startsWith("projects/")',
      }),
    opening: /read-pushed\S* grants runners roles\/storage\.objectViewer without a condition/,
  },
  {
    what: 'a condition that something else may make true',
    change: (plan) =>
      plan.set('google_storage_bucket_iam_member', 'playground-fleet_read-pushed', {
        'condition.0.expression':
          'resource.name == "projects/_/buckets/b/objects/o" || request.time > timestamp("2020-01-01T00:00:00Z")',
      }),
    opening: /read-pushed\S* grants runners roles\/storage\.objectViewer without a condition/,
  },
  {
    what: 'jobs to send',
    change: (plan) =>
      plan.add('google_pubsub_topic_iam_binding', {
        topic: 't',
        role: 'roles/pubsub.publisher',
        members: [member(plan)],
      }),
    opening: /^google_pubsub_topic_iam_binding\.hole grants runners/,
  },
  {
    what: "another account's rights",
    change: (plan) =>
      plan.add('google_service_account_iam_member', {
        service_account_id: 'admin',
        role: 'roles/iam.serviceAccountTokenCreator',
        member: member(plan),
      }),
    opening: /^google_service_account_iam_member\.hole grants runners roles\/iam\.serviceAccountTokenCreator/,
  },
  {
    what: 'rights of an account that is named in words',
    change: (plan) =>
      plan.add('google_storage_bucket_iam_member', {
        bucket: 'b',
        role: 'roles/storage.objectAdmin',
        member: `serviceAccount:${plan.written('google_service_account', 'playground-fleet', 'account_id')}@demo-project.iam.gserviceaccount.com`,
      }),
    opening: /^google_storage_bucket_iam_member\.hole grants runners roles\/storage\.objectAdmin/,
  },
  {
    what: 'a policy that is known after apply only',
    change: (plan) =>
      plan.add('google_project_iam_policy', { project: 'p', policy_data: '${data.google_iam_policy.p.policy_data}' }),
    opening: /^google_project_iam_policy\.hole grants somebody something/,
  },
  {
    what: 'a public address that stays',
    change: (plan) =>
      plan.set('google_compute_region_instance_group_manager', 'fleet_spot-group', {
        stateful_external_ip: [{ interface_name: 'nic0' }],
      }),
    opening: /spot-group\S* stateful_external_ip gives runners a public address/,
  },
  {
    what: 'a key of the account',
    change: (plan) => plan.add('google_service_account_key', { service_account_id: email(plan) }),
    opening: /^google_service_account_key\.hole/,
  },
  {
    what: 'a bucket for everybody',
    change: (plan) =>
      plan.add('google_storage_bucket_iam_member', {
        bucket: 'b',
        role: 'roles/storage.objectAdmin',
        member: 'allUsers',
      }),
    opening: /^google_storage_bucket_iam_member\.hole grants everybody something/,
  },
  {
    what: 'a scope beyond the project',
    change: (plan) =>
      setTemplate(plan, { 'service_account.0.scopes': ['cloud-platform', 'https://www.googleapis.com/auth/drive'] }),
    opening: /has the scope https:\/\/www\.googleapis\.com\/auth\/drive/,
  },
  {
    what: "the project's default account",
    change: (plan) => {
      for (const template of TEMPLATES) plan.set(TEMPLATE, template, { service_account: [] });
    },
    opening: /has no service account of its own/,
  },
  {
    what: "somebody else's account",
    change: (plan) => setTemplate(plan, { 'service_account.0.email': 'x@other.iam.gserviceaccount.com' }),
    opening: /its service account x@other\.iam\.gserviceaccount\.com is not in the plan/,
  },
];

export const GCP_HARMLESS: readonly Harmless[] = [
  { what: 'a permission that the refusal comes before', change: (plan) => egress(plan, { priority: 900 }) },
  {
    what: 'a rule for another account',
    change: (plan) => egress(plan, { target_service_accounts: [email(plan, 'user-api')] }),
  },
  { what: 'a rule for a tag that no runner has', change: (plan) => egress(plan, { target_tags: ['open'] }) },
  { what: 'a rule that is switched off', change: (plan) => egress(plan, { disabled: true }) },
  {
    what: 'Cloud NAT of the services’ subnetwork',
    change: (plan) =>
      nat(plan, {
        source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS',
        subnetwork: [{ name: plan.ref('google_compute_subnetwork', 'network_subnetwork') }],
      }),
  },
];

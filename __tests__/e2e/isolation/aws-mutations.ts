import type { PlanEditor } from './edit-plan';
import type { Harmless, Mutation } from './mutation';

const RUNNERS = 'playground-fleet_security-group';
const TEMPLATE = 'playground-fleet_launch-template';
const ROLE = 'playground-fleet_role_';
const POLICY = 'playground-fleet_role-policy';
const EVERYWHERE = '0.0.0.0/0';

const runners = (plan: PlanEditor) => plan.ref('aws_security_group', RUNNERS);
const table = (plan: PlanEditor) => plan.ref('aws_route_table', 'private-routes');
const vpc = (plan: PlanEditor) => plan.ref('aws_vpc', 'vpc');
/** A rule that lets runners out. */
const egress = (plan: PlanEditor, to: Readonly<Record<string, unknown>>) =>
  plan.add('aws_vpc_security_group_egress_rule', {
    security_group_id: runners(plan),
    ip_protocol: 'tcp',
    from_port: 443,
    to_port: 443,
    ...to,
  });
/** Changes a statement of a policy, the first one unless another is named. */
const statement = (plan: PlanEditor, type: string, part: string, change: (found: any) => void, sid?: string) => {
  const policy = JSON.parse(plan.written(type, part, 'policy')) as { Statement: any[] };
  change(policy.Statement.find(({ Sid }) => sid === undefined || Sid === sid));
  plan.set(type, part, { policy: JSON.stringify(policy) });
};
const inline = (plan: PlanEditor, ...statements: object[]) =>
  plan.add('aws_iam_role_policy', {
    role: plan.ref('aws_iam_role', ROLE),
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: statements.map((one) => ({ Effect: 'Allow', ...one })),
    }),
  });

export const AWS_MUTATIONS: readonly Mutation[] = [
  {
    what: 'a NAT gateway, and a route to it',
    change: (plan) => {
      plan.add('aws_eip', { domain: 'vpc' });
      plan.add('aws_nat_gateway', {
        allocation_id: '${aws_eip.hole.id}',
        subnet_id: plan.ref('aws_subnet', 'public-0'),
      });
      plan.add('aws_route', {
        route_table_id: table(plan),
        destination_cidr_block: EVERYWHERE,
        nat_gateway_id: '${aws_nat_gateway.hole.id}',
      });
    },
    opening: /^aws_route\.hole leads from the runners' aws_subnet\.\S+ to 0\.0\.0\.0\/0 by aws_nat_gateway\.hole$/,
  },
  {
    what: 'a route to the internet gateway',
    change: (plan) =>
      plan.add('aws_route', {
        route_table_id: table(plan),
        destination_cidr_block: EVERYWHERE,
        gateway_id: plan.ref('aws_internet_gateway', 'gateway'),
      }),
    opening: /^aws_route\.hole leads .* by aws_internet_gateway\./,
  },
  {
    what: 'a route for IPv6',
    change: (plan) => {
      plan.add('aws_egress_only_internet_gateway', { vpc_id: vpc(plan) });
      plan.add('aws_route', {
        route_table_id: table(plan),
        destination_ipv6_cidr_block: '::/0',
        egress_only_gateway_id: '${aws_egress_only_internet_gateway.hole.id}',
      });
    },
    opening: /^aws_route\.hole leads .* to ::\/0 by aws_egress_only/,
  },
  {
    what: 'a route inside of the table',
    change: (plan) =>
      plan.set('aws_route_table', 'private-routes', {
        route: [{ cidr_block: EVERYWHERE, gateway_id: plan.ref('aws_internet_gateway', 'gateway') }],
      }),
    opening: /^aws_route_table\..*private-routes\S* leads /,
  },
  {
    what: 'routes that are known after apply only',
    change: (plan) => plan.set('aws_route_table', 'private-routes', { route: '${local.routes}' }),
    opening: /^aws_route_table\..*private-routes\S* leads .* to what is known after apply/,
  },
  {
    what: "a template that names the load balancers' subnet",
    change: (plan) =>
      plan.set('aws_launch_template', TEMPLATE, {
        'network_interfaces.0.subnet_id': plan.ref('aws_subnet', 'public-0'),
      }),
    opening: /^aws_route\..*public-ipv4\S* leads from the runners' /,
  },
  {
    what: 'rules that are known after apply only',
    change: (plan) => plan.set('aws_security_group', RUNNERS, { egress: '${local.rules}' }),
    opening: /^aws_security_group\.\S+ lets runners out to what is known after apply/,
  },
  {
    what: 'a route of a table that nobody knows',
    change: (plan) =>
      plan.add('aws_route', { route_table_id: 'rtb-1', destination_cidr_block: EVERYWHERE, nat_gateway_id: 'nat-1' }),
    opening: /^aws_route\.hole is a route of a table that is not in the plan/,
  },
  {
    what: 'propagated routes',
    change: (plan) =>
      plan.add('aws_vpn_gateway_route_propagation', { route_table_id: table(plan), vpn_gateway_id: 'vgw-1' }),
    opening: /propagation\.hole leads .* to whatever is propagated/,
  },
  {
    what: "runners in the load balancers' subnets",
    change: (plan) =>
      plan.set('aws_autoscaling_group', 'playground-fleet', {
        vpc_zone_identifier: [plan.ref('aws_subnet', 'public-0')],
      }),
    opening: /^aws_route\..*public-ipv4\S* leads from the runners' /,
  },
  {
    what: "runners in somebody else's subnets",
    change: (plan) => plan.set('aws_autoscaling_group', 'playground-fleet', { vpc_zone_identifier: ['subnet-1'] }),
    opening: /its subnet subnet-1 is not in the plan/,
  },
  {
    what: "subnets with the VPC's main route table",
    change: (plan) => plan.remove('aws_route_table_association', 'private-association'),
    opening: /^aws_subnet\..* has no route table of its own/,
  },
  {
    what: 'a public address',
    change: (plan) =>
      plan.set('aws_launch_template', TEMPLATE, { 'network_interfaces.0.associate_public_ip_address': 'true' }),
    opening: /^aws_launch_template\..* associate_public_ip_address gives runners a public address/,
  },
  {
    what: 'an IPv6 address',
    change: (plan) => plan.set('aws_launch_template', TEMPLATE, { 'network_interfaces.0.ipv6_address_count': 1 }),
    opening: /ipv6_address_count gives runners a public address/,
  },
  {
    what: 'a subnet that gives public addresses',
    change: (plan) => plan.set('aws_subnet', 'private-0', { map_public_ip_on_launch: true }),
    opening: /^aws_subnet\..* map_public_ip_on_launch gives runners a public address/,
  },
  {
    what: 'an elastic address on an interface',
    change: (plan) => plan.add('aws_eip_association', { allocation_id: 'eipalloc-1', network_interface: 'eni-1' }),
    opening: /^aws_eip_association\.hole gives/,
  },
  {
    what: 'credentials for whoever forwards a request',
    change: (plan) => plan.set('aws_launch_template', TEMPLATE, { 'metadata_options.0.http_tokens': 'optional' }),
    opening: /^aws_launch_template\..* gives credentials/,
  },
  {
    what: 'a rule to everywhere',
    change: (plan) => egress(plan, { cidr_ipv4: EVERYWHERE }),
    opening: /egress_rule\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'a rule to everywhere by IPv6',
    change: (plan) => egress(plan, { cidr_ipv6: '::/0' }),
    opening: /egress_rule\.hole lets runners out to ::\/0/,
  },
  {
    what: 'a rule to an address that is known after apply',
    change: (plan) => egress(plan, { cidr_ipv4: '${aws_eip.nobody.public_ip}/32' }),
    opening: /egress_rule\.hole lets runners out to /,
  },
  {
    what: 'a rule to the gateways',
    change: (plan) => {
      const gateways = plan.ref('aws_security_group', 'playground_instance-security-group');
      egress(plan, { referenced_security_group_id: gateways, from_port: 3000, to_port: 3000 });
      plan.add('aws_vpc_security_group_ingress_rule', {
        security_group_id: gateways,
        referenced_security_group_id: runners(plan),
        ip_protocol: '-1',
      });
    },
    opening: /egress_rule\.hole lets runners reach aws_autoscaling_group\.platform_playground_group/,
  },
  {
    what: 'a rule from runner to runner',
    change: (plan) => egress(plan, { referenced_security_group_id: runners(plan) }),
    opening: /egress_rule\.hole lets runners reach aws_autoscaling_group\.platform_playground-fleet/,
  },
  {
    what: 'a rule to a list of addresses',
    change: (plan) => {
      plan.add('aws_ec2_managed_prefix_list', { address_family: 'IPv4', max_entries: 1, name: 'anywhere' });
      egress(plan, { prefix_list_id: '${aws_ec2_managed_prefix_list.hole.id}' });
    },
    opening: /egress_rule\.hole lets runners reach aws_ec2_managed_prefix_list\.hole/,
  },
  {
    what: "a rule to somebody else's group",
    change: (plan) => egress(plan, { referenced_security_group_id: 'sg-1' }),
    opening: /egress_rule\.hole lets runners out to sg-1, which is not in the plan/,
  },
  {
    what: 'a rule of the older kind',
    change: (plan) =>
      plan.add('aws_security_group_rule', {
        type: 'egress',
        security_group_id: runners(plan),
        protocol: '-1',
        from_port: 0,
        to_port: 0,
        cidr_blocks: [EVERYWHERE],
      }),
    opening: /^aws_security_group_rule\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'a rule inside of the group',
    change: (plan) =>
      plan.set('aws_security_group', RUNNERS, {
        egress: [{ protocol: '-1', from_port: 0, to_port: 0, cidr_blocks: [EVERYWHERE] }],
      }),
    opening: /^aws_security_group\.\S+ lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: "a second group, the gateways'",
    change: (plan) =>
      plan.set('aws_launch_template', TEMPLATE, {
        'network_interfaces.0.security_groups': [
          runners(plan),
          plan.ref('aws_security_group', 'playground_instance-security-group'),
        ],
      }),
    opening: /^aws_vpc_endpoint\..*secretsmanager\S* is reached by runners, which have no right in secretsmanager/,
  },
  {
    what: 'no group at all',
    change: (plan) => plan.set('aws_launch_template', TEMPLATE, { 'network_interfaces.0.security_groups': undefined }),
    opening: /has no security group: the VPC's default one holds/,
  },
  {
    what: 'a rule that lets the load balancer in',
    change: (plan) =>
      plan.add('aws_vpc_security_group_ingress_rule', {
        security_group_id: runners(plan),
        referenced_security_group_id: plan.ref('aws_security_group', 'playground_load-balancer-security-group'),
        ip_protocol: '-1',
      }),
    opening: /ingress_rule\.hole lets somebody open connections to runners/,
  },
  ...[
    'aws_vpc_peering_connection',
    'aws_ec2_transit_gateway_vpc_attachment',
    'aws_vpn_gateway',
    'aws_networkfirewall_firewall',
  ].map((type): Mutation => ({
    what: type,
    change: (plan) => plan.add(type, { vpc_id: vpc(plan) }),
    opening: new RegExp(`^${type}\\.hole ${type} may open a way`),
  })),
  {
    what: 'an endpoint without a policy',
    change: (plan) => plan.set('aws_vpc_endpoint', 'endpoints_sqs', { policy: undefined }),
    opening: /^aws_vpc_endpoint\..*sqs\S* has no policy/,
  },
  {
    what: 'an endpoint that lets every action through',
    change: (plan) => statement(plan, 'aws_vpc_endpoint', 'endpoints_sqs', (first) => (first.Action = '*')),
    opening: /^aws_vpc_endpoint\..*sqs\S* TakeJobs lets every action through/,
  },
  {
    what: "an endpoint for everybody's credentials",
    change: (plan) => statement(plan, 'aws_vpc_endpoint', 'endpoints_logs', (first) => delete first.Condition),
    opening: /^aws_vpc_endpoint\..*logs\S* ThisAccountOnly lets everybody's credentials through/,
  },
  {
    what: 'a way to every bucket',
    change: (plan) => statement(plan, 'aws_vpc_endpoint', 'endpoints_s3', (first) => (first.Resource = '*')),
    opening: /^aws_vpc_endpoint\..*s3\S* ReadArtifacts lets every bucket through/,
  },
  {
    what: 'an endpoint of another service',
    change: (plan) =>
      plan.add('aws_vpc_endpoint', {
        service_name: 'com.amazonaws.eu-central-1.ec2',
        vpc_endpoint_type: 'Interface',
        vpc_id: vpc(plan),
        security_group_ids: [plan.ref('aws_security_group', 'playground-fleet-security-group')],
      }),
    opening: /^aws_vpc_endpoint\.hole is reached by runners, which have no right in ec2/,
  },
  {
    what: 'a gateway endpoint of another service',
    change: (plan) =>
      plan.add('aws_vpc_endpoint', {
        service_name: 'com.amazonaws.eu-central-1.dynamodb',
        vpc_endpoint_type: 'Gateway',
        vpc_id: vpc(plan),
        route_table_ids: [table(plan)],
      }),
    opening: /^aws_vpc_endpoint\.hole is reached by runners, which have no right in dynamodb/,
  },
  {
    what: 'a second policy of an endpoint',
    change: (plan) =>
      plan.add('aws_vpc_endpoint_policy', {
        vpc_endpoint_id: plan.ref('aws_vpc_endpoint', 'endpoints_sqs'),
        policy: JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' } }),
      }),
    opening: /^aws_vpc_endpoint\..*sqs\S* a statement lets everybody's credentials through/,
  },
  {
    what: 'a rule of a group that is looked up',
    change: (plan) => egress(plan, { security_group_id: '${data.aws_security_group.hole.id}', cidr_ipv4: EVERYWHERE }),
    opening: /egress_rule\.hole is a rule of a group that is not in the plan/,
  },
  {
    what: "a machine in the endpoints' group",
    change: (plan) =>
      plan.add('aws_instance', {
        subnet_id: plan.ref('aws_subnet', 'private-0'),
        vpc_security_group_ids: [plan.ref('aws_security_group', 'playground-fleet-security-group')],
      }),
    opening: /egress-endpoints\S* lets runners reach aws_instance\.hole/,
  },
  {
    what: "a function in the event store's group",
    change: (plan) =>
      plan.add('aws_lambda_function', {
        vpc_config: [{ security_group_ids: [plan.ref('aws_security_group', 'playground-store_security-group')] }],
      }),
    opening: /event-store\S* lets runners reach aws_lambda_function\.hole/,
  },
  {
    what: 'every action',
    change: (plan) => inline(plan, { Sid: 'Hole', Action: '*', Resource: '*' }),
    opening: /^aws_iam_role_policy\.hole Hole allows \*, which no runner needs/,
  },
  {
    what: 'all actions of a kind',
    change: (plan) => statement(plan, 'aws_iam_role_policy', POLICY, (first) => (first.Action = 's3:Get*')),
    opening: /role-policy\S* ReadOwnPrograms allows s3:Get\*/,
  },
  {
    what: 'an action that no runner needs',
    change: (plan) => inline(plan, { Sid: 'Hole', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::1:role/admin' }),
    opening: /Hole allows sts:AssumeRole, which no runner needs/,
  },
  {
    what: 'all actions but one',
    change: (plan) => inline(plan, { Sid: 'Hole', NotAction: 'iam:*', Resource: 'arn:aws:sqs:eu-central-1:1:jobs' }),
    opening: /Hole allows \*, which no runner needs/,
  },
  {
    what: 'every queue',
    change: (plan) => inline(plan, { Sid: 'Hole', Action: 'sqs:SendMessage', Resource: '*' }),
    opening: /aws_iam_role_policy\.hole Hole is for \*/,
  },
  {
    what: 'all objects of a bucket',
    change: (plan) => statement(plan, 'aws_iam_role_policy', POLICY, (first) => (first.Resource = 'arn:aws:s3:::b/*')),
    opening: /ReadOwnPrograms is for arn:aws:s3:::b\/\*/,
  },
  {
    what: 'all objects of the bootstrap bucket',
    change: (plan) =>
      statement(
        plan,
        'aws_iam_role_policy',
        POLICY,
        (pushed) => (pushed.Resource = pushed.Resource.map((arn: string) => arn.replace(/[^/]+\/\*$/, '*'))),
        'ReadPushedPrograms',
      ),
    opening: /ReadPushedPrograms is for arn:\S+-bootstrap-\S+\/\*/,
  },
  {
    what: 'programs of whoever has a bucket of that name',
    change: (plan) =>
      statement(plan, 'aws_iam_role_policy', POLICY, (pushed) => delete pushed.Condition, 'ReadPushedPrograms'),
    opening: /ReadPushedPrograms is for arn:\S+-bootstrap-\S+\/runner\/\*/,
  },
  {
    what: 'metrics of every namespace',
    change: (plan) =>
      inline(plan, {
        Sid: 'Hole',
        Action: 'cloudwatch:PutMetricData',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
      }),
    opening: /Hole is for \*/,
  },
  {
    what: 'a policy that is known after apply only',
    change: (plan) => plan.set('aws_iam_role_policy', POLICY, { policy: '${data.aws_iam_policy_document.hole.json}' }),
    opening: /role-policy\S* grants what cannot be read in the plan/,
  },
  {
    what: "a policy of AWS's",
    change: (plan) =>
      plan.add('aws_iam_role_policy_attachment', {
        role: plan.ref('aws_iam_role', ROLE, 'name'),
        policy_arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
      }),
    opening: /^aws_iam_role_policy_attachment\.hole grants what cannot be read/,
  },
  {
    what: "a policy of AWS's in the role",
    change: (plan) =>
      plan.set('aws_iam_role', ROLE, { managed_policy_arns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    opening: /^aws_iam_role\.\S+ grants what cannot be read/,
  },
  {
    what: 'a role that trusts runners',
    change: (plan) =>
      plan.add('aws_iam_role', {
        assume_role_policy: JSON.stringify({
          Statement: [{ Principal: { AWS: plan.ref('aws_iam_role', ROLE, 'arn') } }],
        }),
      }),
    opening: /^aws_iam_role\.hole names aws_iam_role\.platform_playground-fleet_role/,
  },
  {
    what: 'another role',
    change: (plan) =>
      plan.set('aws_launch_template', TEMPLATE, { 'iam_instance_profile.0.arn': 'arn:aws:iam::1:instance-profile/x' }),
    opening: /its role is not in the plan/,
  },
  {
    what: 'a way out of runners that were put behind a load balancer',
    change: (plan) => {
      plan.set('aws_autoscaling_group', 'playground-fleet', {
        target_group_arns: [plan.ref('aws_lb_target_group', 'playground', 'arn')],
      });
      egress(plan, { cidr_ipv4: EVERYWHERE });
    },
    opening: /egress_rule\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
  {
    what: 'machines of another kind with a way out',
    change: (plan) => {
      plan.add('aws_security_group', { name: 'other' });
      plan.add('aws_instance', {
        subnet_id: plan.ref('aws_subnet', 'private-0'),
        vpc_security_group_ids: ['${aws_security_group.hole.id}'],
      });
      egress(plan, { security_group_id: '${aws_security_group.hole.id}', cidr_ipv4: EVERYWHERE });
    },
    opening: /egress_rule\.hole lets runners out to 0\.0\.0\.0\/0/,
  },
];

const NAMES = 'aws_route53_resolver_firewall_domain_list';

/** Of the plan with `DNS_FIREWALL=true`. */
export const NAME_MUTATIONS: readonly Mutation[] = [
  {
    what: 'every name',
    change: (plan) => plan.set(NAMES, 'allowed', { domains: ['*'] }),
    opening: /name-firewall_allow\S* lets names of \* through/,
  },
  {
    what: "somebody's names",
    change: (plan) => plan.set(NAMES, 'allowed', { domains: ['*.eu-central-1.amazonaws.com', '*.example.org'] }),
    opening: /name-firewall_allow\S* lets names of \*\.example\.org through/,
  },
  {
    what: 'names that only look like those of AWS',
    change: (plan) => plan.set(NAMES, 'allowed', { domains: ['*.notamazonaws.com'] }),
    opening: /name-firewall_allow\S* lets names of \*\.notamazonaws\.com through/,
  },
  {
    what: 'a firewall that blocks nothing',
    change: (plan) => plan.remove('aws_route53_resolver_firewall_rule', 'name-firewall_block'),
    opening: /name-firewall_rules\S* does not block every other name/,
  },
  {
    what: 'a firewall that only tells',
    change: (plan) => plan.set('aws_route53_resolver_firewall_rule', 'name-firewall_block', { action: 'ALERT' }),
    opening: /name-firewall_block\S* lets names of \* through/,
  },
  {
    what: 'a firewall that gives way',
    change: (plan) =>
      plan.add('aws_route53_resolver_firewall_config', { resource_id: vpc(plan), firewall_fail_open: 'ENABLED' }),
    opening: /firewall_config\.hole resolves every name while/,
  },
  {
    what: 'a firewall of another VPC',
    change: (plan) =>
      plan.set('aws_route53_resolver_firewall_rule_group_association', 'name-firewall', { vpc_id: 'vpc-1' }),
    opening: /name-firewall\S* leaves a VPC out/,
  },
];

export const AWS_HARMLESS: readonly Harmless[] = [
  { what: 'a network ACL, which only narrows', change: (plan) => plan.add('aws_network_acl', { vpc_id: vpc(plan) }) },
  {
    what: 'NAT for subnets of others',
    change: (plan) => {
      plan.add('aws_nat_gateway', { subnet_id: plan.ref('aws_subnet', 'public-0') });
      plan.add('aws_route_table', { vpc_id: vpc(plan) });
      plan.add('aws_route', {
        route_table_id: '${aws_route_table.hole.id}',
        destination_cidr_block: EVERYWHERE,
        nat_gateway_id: '${aws_nat_gateway.hole.id}',
      });
    },
  },
  {
    what: "an endpoint that carries the services' group only",
    change: (plan) =>
      plan.add('aws_vpc_endpoint', {
        service_name: 'com.amazonaws.eu-central-1.ssm',
        vpc_endpoint_type: 'Interface',
        vpc_id: vpc(plan),
        security_group_ids: [plan.ref('aws_security_group', 'endpoints_security-group')],
      }),
  },
  {
    what: 'metrics of the own namespace',
    change: (plan) =>
      inline(plan, {
        Sid: 'PublishMetrics',
        Action: 'cloudwatch:PutMetricData',
        Resource: '*',
        Condition: { StringEquals: { 'cloudwatch:namespace': 'Sandpiper' } },
      }),
  },
];

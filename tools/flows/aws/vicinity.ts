import type { Opening } from '../flow';
import type { Plan } from '../../plan/plan';

/** Types that a network is made of, or that lead into or out of one. */
const VICINITY = new RegExp(
  `^aws_(?:${[
    'vpc|vpn|vpclattice|subnet|route|main_route|default|nat|internet_gateway|egress_only|eip|network|security_group|flow_log',
    'ec2_|customer_gateway|dx|carrier|networkmanager|networkfirewall|ram|route53_resolver|lb|alb|elb|apprunner_vpc',
    'spot_fleet|autoscaling_(?:attachment|traffic)|globalaccelerator|directory_service|verifiedaccess|lightsail|odb',
  ].join(
    '|',
  )})(?:_|$)|^aws_(?:ec2|networkfirewall|networkmanager|vpclattice|route53_resolver|verifiedaccess|globalaccelerator)_`,
);

/** Those that the check reads, or that open nothing by themselves: without a route that leads to it no gateway carries anything. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    ...['vpc', 'vpc_ipv4_cidr_block_association', 'vpc_ipv6_cidr_block_association', 'vpc_dhcp_options'],
    ...[
      'vpc_endpoint',
      'vpc_endpoint_policy',
      'vpc_endpoint_route_table_association',
      'vpc_endpoint_subnet_association',
    ],
    ...['vpc_security_group_ingress_rule', 'vpc_security_group_egress_rule', 'security_group', 'security_group_rule'],
    ...['default_security_group', 'default_network_acl', 'network_acl', 'network_acl_rule', 'network_acl_association'],
    ...['subnet', 'route', 'route_table', 'route_table_association', 'vpn_gateway_route_propagation', 'flow_log'],
    ...['internet_gateway', 'egress_only_internet_gateway', 'nat_gateway', 'eip', 'eip_association'],
    ...['network_interface_attachment', 'ec2_instance_connect_endpoint'],
    ...[
      'lb',
      'lb_listener',
      'lb_listener_rule',
      'lb_listener_certificate',
      'lb_target_group',
      'lb_target_group_attachment',
    ],
    ...['autoscaling_attachment', 'autoscaling_traffic_source_attachment'],
    ...['route53_resolver_firewall_config', 'route53_resolver_firewall_domain_list', 'route53_resolver_firewall_rule'],
    ...['route53_resolver_firewall_rule_group', 'route53_resolver_firewall_rule_group_association'],
    ...['route53_resolver_query_log_config', 'route53_resolver_query_log_config_association'],
  ].map((name) => `aws_${name}`),
);

/** What this check does not know may open a way: a peering, a transit gateway, whatever comes next. */
export function unknownKinds(plan: Plan): Opening[] {
  return plan.resources
    .filter(({ type, mode }) => mode === 'managed' && VICINITY.test(type) && !KNOWN.has(type))
    .map(({ address, type }) => ({ address, problem: `${type} may open a way: this check does not follow it` }));
}

import type { Opening } from '../flow';
import type { Plan } from '../../plan/plan';
import { blocks, list } from './machines';

/** Types that a network is made of, or that lead into or out of one. */
const VICINITY = new RegExp(
  `^google_(?:${[
    'compute_(?:network|subnetwork|route|router|firewall|region_network|global_network|vpn|ha_vpn|external_vpn|interconnect|address)',
    'compute_(?:global_address|forwarding_rule|global_forwarding_rule|service_attachment|shared_vpc|packet_mirroring|organization)',
    'compute_(?:instance|region_instance|per_instance|region_per_instance|target|region_target|public|peering|attached|cross_site|wire)',
    'network_|dns_|vpc_access|service_networking|compute_backend|compute_region_backend|access_context|gke_hub|edge|vmwareengine',
  ].join('|')})`,
);

/** Those that the check reads, or that open nothing by themselves. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    ...['network', 'subnetwork', 'route', 'router', 'router_nat', 'firewall', 'address', 'global_address'],
    ...['global_forwarding_rule', 'target_http_proxy', 'target_https_proxy', 'backend_service'],
    ...['instance', 'instance_from_template', 'instance_template', 'region_instance_template'],
    ...['instance_group_manager', 'region_instance_group_manager'],
  ]
    .map((name) => `google_compute_${name}`)
    .concat([
      'google_dns_managed_zone',
      'google_dns_record_set',
      'google_dns_response_policy',
      'google_dns_response_policy_rule',
    ])
    .concat('google_network_connectivity_service_connection_policy'),
);

/** What this check does not know may open a way, and what it knows may be turned into one. */
export function vicinityOpenings(plan: Plan): Opening[] {
  const unknown = plan.resources
    .filter(({ type, mode }) => mode === 'managed' && VICINITY.test(type) && !KNOWN.has(type))
    .map(({ address, type }) => ({ address, problem: `${type} may open a way: this check does not follow it` }));
  return [
    ...unknown,
    ...plan
      .of('google_network_connectivity_service_connection_policy')
      .filter(({ values }) => values.service_class !== 'gcp-memorystore')
      .map(({ address, values }) => ({ address, problem: `lets ${String(values.service_class)} into the network` })),
    // A rule that leads to Google's APIs or to somebody's service is an address inside of the network.
    ...plan
      .of('google_compute_global_forwarding_rule')
      .filter(({ values }) => !String(values.load_balancing_scheme).startsWith('EXTERNAL'))
      .map(({ address }) => ({ address, problem: 'is an address inside of the network that leads elsewhere' })),
    ...plan
      .of('google_dns_managed_zone')
      .filter(({ values }) =>
        [values.forwarding_config, values.peering_config].some((value) => blocks(list(value)).length > 0),
      )
      .map(({ address }) => ({ address, problem: 'sends names of the network to somebody else' })),
  ];
}

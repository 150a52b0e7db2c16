/** A resource that the real provider refuses, by its arguments, and the argument that the refusal must name. */
export interface RefusedConfiguration {
  readonly refused: string;
  readonly type: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly names: string;
}

const network = { name: 'n', network: 'default' };
const template = { machine_type: 'e2-small', disk: { source_image: 'debian-12' } };
const healthCheck = { name: 'check', http_health_check: { port: 80 } };
const secret = { secret_id: 's', replication: { auto: {} } };

export const REFUSED: readonly RefusedConfiguration[] = [
  row('an unknown protocol', 'compute_backend_service', { name: 'b', protocol: 'HTTP9' }, 'protocol'),
  row(
    'an unknown scheme',
    'compute_backend_service',
    { name: 'b', load_balancing_scheme: 'OUTSIDE' },
    'load_balancing_scheme',
  ),
  row('two health checks', 'compute_backend_service', { name: 'b', health_checks: ['one', 'two'] }, 'health_checks'),
  row('an empty log configuration', 'compute_backend_service', { name: 'b', log_config: {} }, 'log_config'),
  row(
    'an unknown balancing mode',
    'compute_backend_service',
    { name: 'b', backend: [{ group: 'g', balancing_mode: 'FAIR' }] },
    'balancing_mode',
  ),
  row(
    'an unknown compression',
    'compute_backend_service',
    { name: 'b', compression_mode: 'ALWAYS' },
    'compression_mode',
  ),
  row('a name in capitals', 'compute_firewall', { ...network, name: 'Web', source_ranges: ['10.0.0.0/8'] }, 'name'),
  row('a name that ends in a hyphen', 'compute_router', { ...network, name: 'router-' }, 'name'),
  row('a public autonomous system', 'compute_router', { ...network, bgp: { asn: 15169 } }, 'bgp.asn'),
  row(
    'tags and accounts',
    'compute_firewall',
    { ...network, source_tags: ['a'], source_service_accounts: ['b@c.d'] },
    'source_service_accounts',
  ),
  row(
    'an unknown direction',
    'compute_firewall',
    { ...network, direction: 'SIDEWAYS', source_ranges: ['10.0.0.0/8'] },
    'direction',
  ),
  row('a range without a length', 'compute_subnetwork', { ...network, ip_cidr_range: '10.0.0.0' }, 'ip_cidr_range'),
  row('an impossible range', 'compute_subnetwork', { ...network, ip_cidr_range: '10.0.0.0/40' }, 'ip_cidr_range'),
  row('an unknown TLS version', 'compute_ssl_policy', { name: 'p', min_tls_version: 'TLS_9' }, 'min_tls_version'),
  row('an unknown profile', 'compute_ssl_policy', { name: 'p', profile: 'STRICT' }, 'profile'),
  row(
    'an unknown QUIC setting',
    'compute_target_https_proxy',
    { name: 'p', url_map: 'm', quic_override: 'MAYBE' },
    'quic_override',
  ),
  row(
    'two kinds of check',
    'compute_health_check',
    { ...healthCheck, tcp_health_check: { port: 80 } },
    'tcp_health_check',
  ),
  row('no kind of check', 'compute_health_check', { name: 'check' }, 'http_health_check'),
  row('an empty check', 'compute_health_check', { name: 'check', http_health_check: {} }, 'http_health_check'),
  row(
    'name and prefix',
    'compute_region_instance_template',
    { ...template, name: 'a', name_prefix: 'b' },
    'name_prefix',
  ),
  row(
    'a prefix of 55 characters',
    'compute_region_instance_template',
    { ...template, name_prefix: 'x'.repeat(55) },
    'name_prefix',
  ),
  row(
    'an unknown network card',
    'compute_region_instance_template',
    { ...template, network_interface: [{ network: 'n', nic_type: 'NE2000' }] },
    'nic_type',
  ),
  row(
    'an IAM member without a kind',
    'project_iam_member',
    { project: 'p', role: 'roles/viewer', member: 'someone' },
    'member',
  ),
  row('a service that is no domain', 'project_service', { service: 'compute' }, 'service'),
  row('a record name without a dot', 'dns_record_set', { managed_zone: 'z', name: 'a.example.com', type: 'A' }, 'name'),
  row(
    'an object with two contents',
    'storage_bucket_object',
    { bucket: 'b', name: 'o', source: '/f', content: 'c' },
    'content',
  ),
  row('an object with no content', 'storage_bucket_object', { bucket: 'b', name: 'o' }, 'content'),
  row(
    'rotation without topics',
    'secret_manager_secret',
    { ...secret, rotation: { next_rotation_time: '2030-01-01T00:00:00Z' } },
    'topics',
  ),
  row(
    'two replications',
    'secret_manager_secret',
    { secret_id: 's', replication: { auto: {}, user_managed: { replicas: [{ location: 'l' }] } } },
    'replication',
  ),
  row('a certificate of no kind', 'certificate_manager_certificate', { name: 'c' }, 'managed'),
  row(
    'an entry for a host and for all',
    'certificate_manager_certificate_map_entry',
    { name: 'e', map: 'm', certificates: ['c'], hostname: 'h.example.com', matcher: 'PRIMARY' },
    'matcher',
  ),
  row('an account id of three characters', 'service_account', { account_id: 'abc' }, 'account_id'),
];

/** Refused by the schema: Terraform itself says so. */
export const REFUSED_BY_SCHEMA: readonly RefusedConfiguration[] = [
  row('no name', 'compute_network', {}, 'name'),
  row('no replication', 'secret_manager_secret', { secret_id: 's' }, 'replication'),
  row('an unknown argument', 'compute_network', { name: 'n', colour: 'red' }, 'colour'),
];

function row(
  refused: string,
  type: string,
  given: Readonly<Record<string, unknown>>,
  names: string,
): RefusedConfiguration {
  return { refused, type: `google_${type}`, arguments: given, names };
}

import { TerraformVariable } from 'cdktf';
import { existingCertificates } from '../../../../modules/tls-service/certificate-source';
import { existing } from '../../../../modules/tls-service/secret-source';
import { synthesizeGcp, type GcpChange, type SynthesizedGcp } from '../../../kit/synthesize/gcp';
import { secretVariable } from '../../../kit/synthesize/service';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** A promise of the TLS service, what the default gives, and a change of the props that must show. */
type Row = readonly [
  promise: string,
  read: (gcp: SynthesizedGcp) => unknown,
  expected: unknown,
  change: GcpChange,
  changed: unknown,
];

const CERTIFICATE = 'projects/demo-project/locations/global/certificates/one';
const NOT_FOUND = { fault_injection_policy: { abort: { http_status: 404, percentage: 100 } } };
const byDefault = synthesizeGcp();

const FRONT: Row[] = [
  [
    'HTTPS on 443 and HTTP on 80, on IPv4 and IPv6, all of the global external load balancer',
    ({ all }) =>
      all('compute_global_forwarding_rule').map((rule) => [rule.name, rule.port_range, rule.load_balancing_scheme]),
    ['http-v4', 'http-v6', 'https-v4', 'https-v6'].map((name) => [
      `sandpiper-dev-user-api-${name}`,
      name.startsWith('https') ? '443' : '80',
      'EXTERNAL_MANAGED',
    ]),
    { service: { gcp: { ipv6: false } } },
    [
      ['sandpiper-dev-user-api-http-v4', '80', 'EXTERNAL_MANAGED'],
      ['sandpiper-dev-user-api-https-v4', '443', 'EXTERNAL_MANAGED'],
    ],
  ],
  [
    'a reserved address of each kind',
    ({ all }) => all('compute_global_address').map(({ ip_version }) => ip_version as unknown),
    [undefined, 'IPV6'],
    { service: { gcp: { ipv6: false } } },
    [undefined],
  ],
  [
    'HTTP/3',
    ({ one }) => one('compute_target_https_proxy').quic_override,
    'ENABLE',
    { service: { gcp: { quic: false } } },
    'DISABLE',
  ],
  [
    'DNS records for each host name',
    ({ all }) =>
      all('dns_record_set', 'dns-a+-.*').map(({ name, type, managed_zone }) => [name, type, managed_zone as unknown]),
    [
      ['api.example.com.', 'A', 'example'],
      ['api.example.com.', 'AAAA', 'example'],
    ],
    { service: { hostNames: ['a.example.com', 'b.example.com'], zone: 'other', gcp: { ipv6: false } } },
    [
      ['a.example.com.', 'A', 'other'],
      ['b.example.com.', 'A', 'other'],
    ],
  ],
];

const CERTIFICATES: Row[] = [
  [
    'a managed certificate for each host name, so that another one leaves them as they are',
    ({ all }) => all('certificate_manager_certificate').map(({ managed }) => managed.domains.length as number),
    [1],
    { service: { hostNames: ['a.example.com', 'b.example.com'] } },
    [1, 1],
  ],
  [
    'a proof of each host name that leaves other projects theirs',
    ({ all }) => all('certificate_manager_dns_authorization').map(({ domain, type }) => [domain, type as unknown]),
    [['api.example.com', 'PER_PROJECT_RECORD']],
    { service: { hostNames: ['a.example.com', 'b.example.com'] } },
    [
      ['a.example.com', 'PER_PROJECT_RECORD'],
      ['b.example.com', 'PER_PROJECT_RECORD'],
    ],
  ],
  [
    'the record that proves it, in the zone',
    ({ all }) =>
      all('dns_record_set', 'dns-authorization-record-.*').map(({ managed_zone }) => managed_zone as unknown),
    ['example'],
    { service: { zone: 'other' } },
    ['other'],
  ],
  [
    'a map with an entry for each name',
    ({ all }) => all('certificate_manager_certificate_map_entry').map(({ hostname, matcher }) => [hostname, matcher]),
    [['api.example.com', undefined]],
    { service: { hostNames: [], certificate: existingCertificates(CERTIFICATE) } },
    [[undefined, 'PRIMARY']],
  ],
  [
    'the certificates of the map',
    ({ all }) => all('certificate_manager_certificate_map_entry').map(({ certificates }) => certificates[0] as string),
    [expect.stringMatching(/^\$\{google_certificate_manager_certificate\..*\.id\}$/)],
    {
      service: {
        hostNames: ['a.example.com', 'b.example.com'],
        certificate: existingCertificates(CERTIFICATE, `${CERTIFICATE}-b`),
      },
    },
    [`${CERTIFICATE}-b`, CERTIFICATE],
  ],
  [
    'the map on the proxy',
    ({ one }) => one('compute_target_https_proxy').certificate_map,
    expect.stringMatching(/^\/\/certificatemanager\.googleapis\.com\/\$\{google_certificate_manager_certificate_map\./),
    {
      service: {
        certificate: existingCertificates('projects/demo-project/locations/global/certificateMaps/theirs'),
      },
    },
    '//certificatemanager.googleapis.com/projects/demo-project/locations/global/certificateMaps/theirs',
  ],
];

const PATHS: Row[] = [
  [
    'the public paths of the host names, and only these, at the backend',
    ({ one }) => {
      const { host_rule, path_matcher } = one('compute_url_map', 'https-url-map');
      return [host_rule[0].hosts, path_matcher[0].path_rule.map(({ paths }: { paths: string[] }) => paths)];
    },
    [['api.example.com'], [['/v1/user']]],
    {
      service: { publicPaths: ['/v1/*', '/about'], hostNames: [], certificate: existingCertificates(CERTIFICATE) },
    },
    [['*'], [['/v1/*', '/about']]],
  ],
];

const HEALTH: Row[] = [
  [
    "a check of the host agent's answer for the health path",
    ({ one }) => one('compute_health_check').http_health_check,
    { port: 3001, port_specification: 'USE_FIXED_PORT', request_path: '/healthz' },
    { service: { healthCheck: { path: '/alive' } } },
    { port: 3001, port_specification: 'USE_FIXED_PORT', request_path: '/alive' },
  ],
  [
    'its rhythm',
    ({ one }) => {
      const { check_interval_sec, timeout_sec, healthy_threshold, unhealthy_threshold } = one('compute_health_check');
      return [check_interval_sec, timeout_sec, healthy_threshold, unhealthy_threshold];
    },
    [10, 5, 2, 3],
    {
      service: { healthCheck: { intervalSeconds: 20, timeoutSeconds: 10, healthyThreshold: 4, unhealthyThreshold: 5 } },
    },
    [20, 10, 4, 5],
  ],
  [
    'the status that the host agent expects',
    ({ one }) => specOf(one('compute_region_instance_template').metadata['startup-script']).health,
    { path: '/healthz', expectedStatus: 204, bridgePort: 3001, maximumAgeDays: 30 },
    { service: { healthCheck: { expectedStatus: 200 }, maximumInstanceAgeDays: 7 } },
    { path: '/healthz', expectedStatus: 200, bridgePort: 3001, maximumAgeDays: 7 },
  ],
  [
    'healing after the time an instance has to start',
    ({ one }) => one('compute_region_instance_group_manager').auto_healing_policies.initial_delay_sec,
    180,
    { service: { healthCheck: { gracePeriodSeconds: 60 } } },
    60,
  ],
];

const MACHINES: Row[] = [
  [
    'machine type, disk and image',
    ({ one }) => {
      const { machine_type, disk } = one('compute_region_instance_template');
      return [machine_type, disk[0].disk_type, disk[0].disk_size_gb, disk[0].source_image];
    },
    ['e2-small', 'pd-balanced', 10, 'projects/debian-cloud/global/images/family/debian-12'],
    { service: { architecture: 'arm64', capacity: { machineSize: 'large', diskGib: 20 } } },
    ['c4a-standard-4', 'hyperdisk-balanced', 20, 'projects/debian-cloud/global/images/family/debian-12-arm64'],
  ],
  [
    'the image that is asked for',
    ({ one }) => one('compute_region_instance_template').disk[0].source_image,
    'projects/debian-cloud/global/images/family/debian-12',
    { service: { baseImage: 'projects/p/global/images/debian-12-hardened' } },
    'projects/p/global/images/debian-12-hardened',
  ],
  [
    'the machine type that is asked for, and the disk it takes',
    ({ one }) => {
      const { machine_type, disk } = one('compute_region_instance_template');
      return [machine_type, disk[0].disk_type];
    },
    ['e2-small', 'pd-balanced'],
    { service: { gcp: { machineType: 'n4-standard-2' } } },
    ['n4-standard-2', 'hyperdisk-balanced'],
  ],
  [
    'rolling updates that take no capacity away, one more instance in each zone',
    ({ one }) => {
      const { distribution_policy_zones, update_policy } = one('compute_region_instance_group_manager');
      return [distribution_policy_zones, update_policy];
    },
    [
      undefined,
      {
        type: 'PROACTIVE',
        minimal_action: 'REPLACE',
        most_disruptive_allowed_action: 'REPLACE',
        replacement_method: 'SUBSTITUTE',
        instance_redistribution_type: 'PROACTIVE',
        max_surge_fixed: 3,
        max_unavailable_fixed: 0,
      },
    ],
    { service: { gcp: { zones: ['europe-west3-a', 'europe-west3-b'] } } },
    [['europe-west3-a', 'europe-west3-b'], expect.objectContaining({ max_surge_fixed: 2, max_unavailable_fixed: 0 })],
  ],
  [
    'the port of the program',
    ({ one }) => [
      one('compute_region_instance_group_manager').named_port,
      one('compute_firewall', 'allow-load-balancer').allow[0].ports,
      specOf(one('compute_region_instance_template').metadata['startup-script']).variables,
    ],
    [[{ name: 'http', port: 3000 }], ['3000', '3001'], { PORT: '3000' }],
    { service: { port: 8080, environment: { LOG: 'debug' } } },
    [[{ name: 'http', port: 8080 }], ['8080', '3001'], { LOG: 'debug', PORT: '8080' }],
  ],
  [
    'scaling on CPU',
    ({ one }) => {
      const { min_replicas, max_replicas, cpu_utilization, scale_in_control } =
        one('compute_region_autoscaler').autoscaling_policy;
      return [min_replicas, max_replicas, cpu_utilization.target, scale_in_control.max_scaled_in_replicas];
    },
    [2, 6, 0.6, { fixed: 1 }],
    { service: { capacity: { minInstances: 10, maxInstances: 100, targetCpuPercent: 75 } } },
    [10, 100, 0.75, { percent: 10 }],
  ],
];

const TRAFFIC: Row[] = [
  [
    'timeout and draining',
    ({ one }) => {
      const { timeout_sec, connection_draining_timeout_sec } = one('compute_backend_service');
      return [timeout_sec, connection_draining_timeout_sec];
    },
    [60, 30],
    { service: { idleTimeoutSeconds: 3600, drainSeconds: 300 } },
    [3600, 300],
  ],
  [
    'a log of the requests',
    ({ one }) => [
      one('compute_backend_service').log_config,
      /http_load_balancer/.test(one('logging_project_sink').filter),
    ],
    [{ enable: true, sample_rate: 1 }, true],
    { service: { accessLogs: false } },
    [{ enable: false }, false],
  ],
  [
    'a sample of the requests',
    ({ one }) => one('compute_backend_service').log_config,
    { enable: true, sample_rate: 1 },
    { service: { accessLogs: { sampleRate: 0.1 } } },
    { enable: true, sample_rate: 0.1 },
  ],
  [
    'a log bucket with its retention',
    ({ one }) => one('logging_project_bucket_config').retention_days,
    90,
    { service: { logRetentionDays: 3653 } },
    3650,
  ],
  [
    'no internet egress',
    ({ all }) => [
      all('compute_router_nat').length,
      all('compute_route').map(({ dest_range }) => dest_range as string),
      all('compute_firewall', 'allow-(internet|google-apis)').map(({ destination_ranges }) => destination_ranges[0]),
    ],
    [0, ['199.36.153.4/30'], ['199.36.153.4/30']],
    { service: { internetEgress: true } },
    [1, ['199.36.153.4/30', '0.0.0.0/0'], ['0.0.0.0/0']],
  ],
  [
    'no way in for operators',
    ({ all }) => [
      all('compute_firewall', 'allow-iap-ssh').map(({ source_ranges, allow }) => [source_ranges, allow]),
      all('project_service', 'iap').length,
    ],
    [[], 0],
    { service: { operatorAccess: 'cloud-tunnel' } },
    [[[['35.235.240.0/20'], [{ protocol: 'tcp', ports: ['22'] }]]], 1],
  ],
];

const SHIELD: Row[] = [
  [
    'Cloud Armor on request',
    ({ all, one }) => [all('compute_security_policy').length, one('compute_backend_service').security_policy],
    [0, undefined],
    { service: { firewall: {} } },
    [1, expect.stringMatching(/google_compute_security_policy/)],
  ],
];

const ALARMS: Row[] = [
  [
    'the share of 5xx that raises an alarm',
    ({ one }) => one('monitoring_alert_policy', 'alarm-errors').conditions[0].condition_threshold.threshold_value,
    0.01,
    { service: { alarms: { errorPercent: 5 } } },
    0.05,
  ],
  [
    'the latency that raises an alarm, in milliseconds',
    ({ one }) => one('monitoring_alert_policy', 'alarm-latency').conditions[0].condition_threshold.threshold_value,
    1000,
    { service: { alarms: { latencyMilliseconds: 250 } } },
    250,
  ],
  [
    'who is told',
    ({ one }) => one('monitoring_notification_channel').for_each,
    '${toset([])}',
    { service: { alarms: { emails: ['ops@example.com'] } } },
    '${toset(["ops@example.com"])}',
  ],
];

const PROTECTION: Row[] = [
  [
    'nothing that clients or operators depend on can be destroyed',
    ({ one, guarded }) => [
      one('secret_manager_secret').deletion_protection,
      guarded.filter((id) => id.startsWith('user-api_')),
    ],
    [true, ['address-v4', 'address-v6', 'log-bucket', 'secret-APP_JWT_SECRET'].map((id) => `user-api_${id}`)],
    { service: { deletionProtection: false } },
    [false, []],
  ],
  [
    'labels',
    ({ one }) => [
      one('compute_region_instance_template').labels,
      one('compute_region_instance_template').disk[0].labels,
    ],
    [{ service: 'user-api' }, { application: 'sandpiper', environment: 'dev', service: 'user-api' }],
    { platform: { tags: { team: 'core' } }, service: { tags: { cost: '42' } } },
    [
      { service: 'user-api', cost: '42' },
      { application: 'sandpiper', environment: 'dev', team: 'core', service: 'user-api', cost: '42' },
    ],
  ],
  [
    "Google's own keys",
    ({ one }) => [
      one('compute_region_instance_template').disk[0].disk_encryption_key,
      one('secret_manager_secret').replication,
      one('logging_project_bucket_config').cmek_settings,
    ],
    [undefined, { auto: {} }, undefined],
    { platform: { existingKeyId: 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k' } },
    [
      { kms_key_self_link: 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k' },
      {
        user_managed: {
          replicas: [
            {
              location: 'europe-west3',
              customer_managed_encryption: {
                kms_key_name: 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k',
              },
            },
          ],
        },
      },
      { kms_key_name: 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k' },
    ],
  ],
];

describe('GcpHttpsLbTlsService', () => {
  describe.each([
    ['front', FRONT],
    ['certificates', CERTIFICATES],
    ['paths', PATHS],
    ['health', HEALTH],
    ['machines', MACHINES],
    ['traffic', TRAFFIC],
    ['shield', SHIELD],
    ['alarms', ALARMS],
    ['protection, labels, keys', PROTECTION],
  ])('%s', (_, rows) => {
    it.each(rows)('%s: by default, and as the props say', (_promise, read, expected, change, changed) => {
      expect(read(byDefault)).toEqual(expected);
      expect(read(synthesizeGcp(change))).toEqual(changed);
    });
  });

  it('terminates TLS 1.2 and newer with modern ciphers only', () => {
    expect(byDefault.one('compute_ssl_policy')).toMatchObject({ profile: 'MODERN', min_tls_version: 'TLS_1_2' });
    expect(byDefault.one('compute_target_https_proxy').ssl_policy).toMatch(/google_compute_ssl_policy/);
  });

  it('sends plain HTTP to HTTPS with 301, query included', () => {
    expect(byDefault.one('compute_url_map', 'http-url-map').default_url_redirect).toEqual({
      https_redirect: true,
      redirect_response_code: 'MOVED_PERMANENTLY_DEFAULT',
      strip_query: false,
    });
    expect(byDefault.one('compute_target_http_proxy').url_map).toMatch(/http-url-map/);
  });

  it('answers 404 at the edge for other hosts and other paths', () => {
    const { default_route_action, path_matcher } = byDefault.one('compute_url_map', 'https-url-map');
    expect(default_route_action).toEqual(NOT_FOUND);
    expect(path_matcher[0].default_route_action).toEqual(NOT_FOUND);
    expect(byDefault.one('compute_backend_service').load_balancing_scheme).toBe('EXTERNAL_MANAGED');
  });

  it('tells browsers to stay on HTTPS', () => {
    expect(byDefault.one('compute_url_map', 'https-url-map').header_action.response_headers_to_add[0]).toEqual({
      header_name: 'Strict-Transport-Security',
      header_value: 'max-age=31536000',
      replace: true,
    });
  });

  it('uses one health check for load balancer and healing, and logs its changes', () => {
    const reference = byDefault.one('compute_backend_service').health_checks[0] as string;
    expect(byDefault.one('compute_region_instance_group_manager').auto_healing_policies.health_check).toBe(reference);
    expect(byDefault.one('compute_health_check').log_config).toEqual({ enable: true });
  });

  it('leaves the number of instances to the autoscaler', () => {
    expect(byDefault.one('compute_region_instance_group_manager').lifecycle.ignore_changes).toEqual(['target_size']);
  });

  it('gives the managed rules in three groups, then the rate limit, then everything else', () => {
    const { rule } = synthesizeGcp({ service: { firewall: { requestsPer5Minutes: 500 } } }).one(
      'compute_security_policy',
    );
    const expressions = rule.map((one: any) => one.match.expr?.expression as string | undefined);
    for (const attack of [
      'sqli',
      'xss',
      'lfi',
      'rfi',
      'rce',
      'scannerdetection',
      'protocolattack',
      'sessionfixation',
    ]) {
      expect(expressions.join('\n')).toContain(`'${attack}-v33-stable'`);
    }
    for (const expression of expressions.filter(Boolean))
      expect(expression.split(' || ').length).toBeLessThanOrEqual(5);
    expect(rule.map((one: any) => [one.action, one.preview])).toEqual([
      ['deny(403)', false],
      ['deny(403)', false],
      ['deny(403)', false],
      ['throttle', undefined],
      ['allow', undefined],
    ]);
    expect(rule.map((one: any) => one.priority)).toEqual(
      [...rule.map((one: any) => one.priority)].sort((a, b) => a - b),
    );
    expect(rule[3].rate_limit_options).toEqual({
      conform_action: 'allow',
      exceed_action: 'deny(429)',
      enforce_on_key: 'IP',
      rate_limit_threshold: { count: 500, interval_sec: 300 },
    });
  });

  it('only logs what the managed rules find, and still limits the rate, with countOnly', () => {
    const { rule } = synthesizeGcp({ service: { firewall: { countOnly: true } } }).one('compute_security_policy');
    expect(rule.map((one: any) => one.preview)).toEqual([true, true, true, undefined, undefined]);
  });

  it('writes a very high rate per minute, as Cloud Armor counts to a million only', () => {
    const { rule } = synthesizeGcp({ service: { firewall: { requestsPer5Minutes: 2_000_000 } } }).one(
      'compute_security_policy',
    );
    expect(rule[3].rate_limit_options.rate_limit_threshold).toEqual({ count: 400_000, interval_sec: 60 });
  });

  it('raises alarms on the metrics and logs of its own load balancer', () => {
    const filters = byDefault
      .all('monitoring_alert_policy')
      .map(({ conditions: [one] }) => (one.condition_threshold ?? one.condition_matched_log).filter as string);
    expect(filters).toEqual([
      expect.stringMatching(/url_map_name="sandpiper-dev-user-api-https".*https\/request_count.*class="500"/),
      expect.stringMatching(/url_map_name="sandpiper-dev-user-api-https".*https\/backend_latencies"/),
      expect.stringMatching(/healthchecks.*instance_group_name="sandpiper-dev-user-api".*repair\.recreateInstance/),
    ]);
    for (const policy of byDefault.all('monitoring_alert_policy')) {
      expect(policy.notification_channels).toMatch(/google_monitoring_notification_channel\.\S+: val\.id\]/);
    }
  });

  it('lets Terraform make the channels of a list that only it knows', () => {
    const gcp = synthesizeGcp((stack) => {
      const emails = new TerraformVariable(stack, 'alarm_emails', { type: 'list(string)' });
      return { service: { alarms: { emails: emails.listValue } } };
    });
    expect(gcp.one('monitoring_notification_channel')).toMatchObject({
      for_each: '${toset(var.alarm_emails)}',
      type: 'email',
      labels: { email_address: '${each.value}' },
    });
  });

  describe('names', () => {
    it.each<[string, GcpChange, unknown[]]>([
      ['the first host name', {}, ['api.example.com', 'https://api.example.com']],
      [
        'its address where it has no name',
        { service: { hostNames: [], certificate: existingCertificates(CERTIFICATE) } },
        [expect.stringMatching(/^\$\{TfToken/), expect.stringMatching(/^https:\/\/\$\{TfToken/)],
      ],
    ])('is reached by %s', (_, change, expected) => {
      const { service } = synthesizeGcp(change);
      expect([service.hostName, service.url]).toEqual(expected);
    });

    it('keeps the certificate of before, which was one for all host names, as that of the first one', () => {
      const { to, from } = byDefault.json.moved[0] as Record<'to' | 'from', string>;
      expect(from).toMatch(
        /^google_certificate_manager_certificate\.platform_services_user-api_certificate_[0-9A-F]{8}$/,
      );
      expect(byDefault.json.resource.google_certificate_manager_certificate).toHaveProperty([to.split('.')[1]!]);
    });

    it('waits for a rollout, and ends with an error when it does not come to its end', () => {
      expect(byDefault.one('compute_region_instance_group_manager')).toMatchObject({
        wait_for_instances: true,
        wait_for_instances_status: 'UPDATED',
        timeouts: { create: '20m', update: '45m' },
      });
    });

    it('replaces a certificate whose host name changed before the old one goes', () => {
      const nameOf = (hostNames: string[]) =>
        synthesizeGcp({ service: { hostNames } }).one('certificate_manager_certificate').name as string;
      expect(nameOf(['a.example.com'])).not.toBe(nameOf(['b.example.com']));
      expect(byDefault.one('certificate_manager_certificate').lifecycle).toEqual({ create_before_destroy: true });
    });

    it('takes host names that only Terraform knows', () => {
      const gcp = synthesizeGcp((stack) => {
        const domain = new TerraformVariable(stack, 'domain', { type: 'string' });
        return { service: { hostNames: [`api.${domain.stringValue}`] } };
      });
      expect(gcp.one('compute_url_map', 'https-url-map').host_rule[0].hosts).toEqual(['api.${var.domain}']);
      expect(gcp.one('certificate_manager_certificate').name).toMatch(
        /^sandpiper-dev-user-api-\$\{substr\(sha256\(local\..*\), 0, 8\)\}$/,
      );
    });
  });

  describe('secrets', () => {
    it('writes the value through a write-only argument from an ephemeral variable', () => {
      expect(byDefault.one('secret_manager_secret_version')).toMatchObject({
        secret_data_wo: '${var.app_jwt_secret}',
        secret_data_wo_version: 1,
        deletion_policy: 'DISABLE',
        lifecycle: { create_before_destroy: true },
      });
      expect(byDefault.json.variable.app_jwt_secret).toMatchObject({ ephemeral: true, sensitive: true });
    });

    it('names secret and version to the machine, so that a new version rolls the instances', () => {
      expect(specOf(byDefault.one('compute_region_instance_template').metadata['startup-script']).secrets).toEqual([
        {
          variable: 'APP_JWT_SECRET',
          id: expect.stringMatching(/^\$\{google_secret_manager_secret\..*\.id\}$/),
          version: expect.stringMatching(/^\$\{google_secret_manager_secret_version\..*\.version\}$/),
        },
      ]);
      const rotated = synthesizeGcp((stack) => ({
        service: { secrets: { APP_JWT_SECRET: secretVariable(stack, 2) } },
      }));
      expect(rotated.one('secret_manager_secret_version').secret_data_wo_version).toBe(2);
    });

    it('reads an existing secret without writing one', () => {
      const gcp = synthesizeGcp({ service: { secrets: { TOKEN: existing('projects/p/secrets/token', '7') } } });
      expect(gcp.all('secret_manager_secret')).toEqual([]);
      expect(gcp.one('secret_manager_secret_iam_member')).toMatchObject({
        secret_id: 'projects/p/secrets/token',
        role: 'roles/secretmanager.secretAccessor',
      });
      expect(specOf(gcp.one('compute_region_instance_template').metadata['startup-script']).secrets).toEqual([
        { variable: 'TOKEN', id: 'projects/p/secrets/token', version: '7' },
      ]);
    });
  });
});

/** The machine spec inside a boot script, its Terraform values as they would be written alone. */
function specOf(script: string): any {
  const begin = script.indexOf('{"schemaVersion"');
  const line = script.slice(begin, script.indexOf('\n', begin));
  return JSON.parse(line.replace(/\$\{trimprefix\(.*?\[(\S+?)\]\)\),.*?\)\}/g, '${$1}'));
}

import { TerraformVariable } from 'cdktf';
import { archive } from '../../../../modules/machine/artifact';
import { existingCertificates } from '../../../../modules/tls-service/certificate-source';
import { existing } from '../../../../modules/tls-service/secret-source';
import { synthesizeAws, type AwsChange, type SynthesizedAws } from '../../../kit/synthesize/aws';
import { PROGRAM, secretVariable } from '../../../kit/synthesize/service';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** A promise of the TLS service, what the default gives, and a change of the props that must show. */
type Row = readonly [
  promise: string,
  read: (aws: SynthesizedAws) => unknown,
  expected: unknown,
  change: AwsChange,
  changed: unknown,
];

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/one';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:token-AbCdEf';
const existingNetwork = { vpcId: 'vpc-1', publicSubnetIds: ['a', 'b'], privateSubnetIds: ['c', 'd'] };
const byDefault = synthesizeAws();
const reference = (type: string, id: string) =>
  expect.stringMatching(new RegExp(`^\\$\\{aws_${type}\\.platform_${id}_[0-9A-F]{8}\\.`));
const unprotected = { service: { deletionProtection: false } };

const FRONT: Row[] = [
  [
    'a load balancer on IPv4 and IPv6',
    ({ one }) => [one('lb').internal, one('lb').ip_address_type],
    [false, 'dualstack'],
    { service: { aws: { dualStack: false } } },
    [false, 'ipv4'],
  ],
  [
    'its name',
    ({ one }) => one('lb').name,
    'sandpiper-dev-user-api',
    { platform: { environment: 'prod' }, id: 'gateway' },
    'sandpiper-prod-gateway',
  ],
  [
    'a name of 32 characters at most',
    ({ one }) => (one('lb').name as string).length,
    22,
    { platform: { application: 'twelve-chars', environment: 'eightchr' }, id: 'sixteen-char-abc' },
    32,
  ],
  [
    'how long a connection may be silent',
    ({ one }) => one('lb').idle_timeout,
    60,
    { service: { idleTimeoutSeconds: 900 } },
    900,
  ],
  [
    'HTTPS with a policy of TLS 1.2 and newer, with post-quantum key exchange',
    ({ one }) => [
      one('lb_listener', 'https').port,
      one('lb_listener', 'https').protocol,
      one('lb_listener', 'https').ssl_policy,
    ],
    [443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09'],
    { service: { aws: { sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09' } } },
    [443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09'],
  ],
  [
    'no deletion by accident',
    ({ one, guarded }) => [
      one('lb').enable_deletion_protection,
      one('secretsmanager_secret').recovery_window_in_days,
      guarded.filter((id) => id.startsWith('user-api_')),
    ],
    [true, 30, ['group', 'https', 'load-balancer', 'log', 'secret-APP_JWT_SECRET'].map((id) => `user-api_${id}`)],
    unprotected,
    [false, 0, []],
  ],
  [
    'an access log that is kept for a while',
    ({ one }) => [
      one('lb').access_logs?.prefix,
      one('s3_bucket_lifecycle_configuration', 'access-logs_lifecycle')
        .rule.filter((rule: any) => rule.expiration !== undefined)
        .map((rule: any) => [rule.filter[0].prefix, rule.expiration[0].days]),
    ],
    [
      'alb/user-api',
      [
        ['s3/', 90],
        ['alb/user-api/', 90],
      ],
    ],
    { service: { accessLogs: { retentionDays: 7 } } },
    [
      'alb/user-api',
      [
        ['s3/', 90],
        ['alb/user-api/', 7],
      ],
    ],
  ],
  ['or none', ({ one }) => one('lb').access_logs !== undefined, true, { service: { accessLogs: false } }, false],
  [
    'alias records for each host name',
    ({ all }) => all('route53_record', 'dns-.*').map(({ name, type }) => `${type} ${name}`),
    ['A api.example.com', 'AAAA api.example.com'],
    { service: { hostNames: ['a.example.com', 'b.example.com'], aws: { dualStack: false } } },
    ['A a.example.com', 'A b.example.com'],
  ],
  [
    'the zone, looked up by its domain',
    ({ json }) => Object.values(json.data.aws_route53_zone as object).map(({ name, tags }) => [name, tags]),
    [['example.com', undefined]],
    { service: { zone: 'com' } },
    [['com', undefined]],
  ],
];

const CERTIFICATES: Row[] = [
  [
    'one managed certificate for all host names',
    ({ one }) => [
      one('acm_certificate').domain_name,
      one('acm_certificate').subject_alternative_names,
      one('acm_certificate').validation_method,
    ],
    ['api.example.com', undefined, 'DNS'],
    { service: { hostNames: ['a.example.com', 'b.example.com'] } },
    ['a.example.com', ['b.example.com'], 'DNS'],
  ],
  [
    'a validation record for each name',
    ({ all }) => all('route53_record', 'certificate-validation-record-.*').length,
    1,
    { service: { hostNames: ['a.example.com', 'b.example.com'] } },
    2,
  ],
  [
    'existing certificates: the first is the default, the others are chosen by SNI',
    ({ one, all }) => [
      one('lb_listener', 'https').certificate_arn,
      all('lb_listener_certificate').map(({ certificate_arn }) => certificate_arn),
    ],
    [reference('acm_certificate_validation', 'user-api_certificate-validation'), []],
    { service: { certificate: existingCertificates(CERTIFICATE, `${CERTIFICATE}-b`, `${CERTIFICATE}-c`) } },
    [CERTIFICATE, [`${CERTIFICATE}-b`, `${CERTIFICATE}-c`]],
  ],
];

const conditions = ({ all }: SynthesizedAws) =>
  all('lb_listener_rule', 'public-paths-.*').map(({ priority, condition }) => [
    priority,
    ...condition.map((c: any) => (c.path_pattern ?? c.host_header).values),
  ]);

const PATHS: Row[] = [
  [
    'only public paths of the host names are forwarded',
    conditions,
    [[100, ['/v1/user'], ['api.example.com']]],
    {
      service: { hostNames: [], certificate: existingCertificates(CERTIFICATE), zone: undefined, publicPaths: ['/v2'] },
    },
    [[100, ['/v2']]],
  ],
  [
    'three paths and two names a rule',
    conditions,
    [[100, ['/v1/user'], ['api.example.com']]],
    {
      service: {
        publicPaths: ['/a', '/b', '/c', '/d'],
        hostNames: ['a.example.com', 'b.example.com', 'c.example.com'],
      },
    },
    [
      [100, ['/a', '/b', '/c'], ['a.example.com', 'b.example.com']],
      [101, ['/d'], ['a.example.com', 'b.example.com']],
      [600, ['/a', '/b', '/c'], ['c.example.com']],
      [601, ['/d'], ['c.example.com']],
    ],
  ],
  [
    'a guard against leaving a public prefix again',
    ({ all }) =>
      all('lb_listener_rule', 'path-guard').map(({ priority, condition, action }) => [
        priority,
        condition[0].path_pattern.values,
        action[0].type,
      ]),
    [],
    { service: { publicPaths: ['/v1/*'] } },
    [[1, ['*/../*', '*/..', '*//*'], 'fixed-response']],
  ],
];

const MACHINES: Row[] = [
  [
    'a health check of the private path',
    ({ one }) => one('lb_target_group').health_check,
    expect.objectContaining({
      path: '/healthz',
      matcher: '204',
      interval: 10,
      timeout: 5,
      healthy_threshold: 2,
      unhealthy_threshold: 3,
    }),
    {
      service: {
        healthCheck: {
          path: '/alive',
          expectedStatus: 200,
          intervalSeconds: 30,
          timeoutSeconds: 9,
          healthyThreshold: 4,
          unhealthyThreshold: 5,
        },
      },
    },
    expect.objectContaining({
      path: '/alive',
      matcher: '200',
      interval: 30,
      timeout: 9,
      healthy_threshold: 4,
      unhealthy_threshold: 5,
    }),
  ],
  ['draining', ({ one }) => one('lb_target_group').deregistration_delay, '30', { service: { drainSeconds: 5 } }, '5'],
  [
    'a target group that can be replaced: its port is in its name',
    ({ one }) => [one('lb_target_group').name, one('lb_target_group').port, one('lb_target_group').lifecycle],
    ['sandpiper-dev-user-api-3000', 3000, { create_before_destroy: true }],
    { service: { port: 8080 } },
    ['sandpiper-dev-user-api-8080', 8080, { create_before_destroy: true }],
  ],
  [
    'instances of a portable size',
    ({ one }) => one('launch_template').instance_type,
    't3.small',
    { service: { capacity: { machineSize: 'large' }, architecture: 'arm64' } },
    'm7g.xlarge',
  ],
  [
    'or of a given type',
    ({ one }) => one('launch_template').instance_type,
    't3.small',
    { service: { aws: { instanceType: 'c7i.large' } } },
    'c7i.large',
  ],
  [
    'an encrypted gp3 disk',
    ({ one }) => one('launch_template').block_device_mappings[0].ebs,
    expect.objectContaining({
      volume_type: 'gp3',
      volume_size: 10,
      encrypted: 'true',
      kms_key_id: reference('kms_key', 'key'),
    }),
    {
      service: { capacity: { diskGib: 40 } },
      platform: { existingKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/mine' },
    },
    expect.objectContaining({
      volume_size: 40,
      encrypted: 'true',
      kms_key_id: 'arn:aws:kms:eu-central-1:123456789012:key/mine',
    }),
  ],
  [
    "Debian's own newest image of the architecture, found at each start",
    ({ one }) => one('launch_template').image_id,
    'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
    { service: { architecture: 'arm64' } },
    'resolve:ssm:/aws/service/debian/release/12/latest/arm64',
  ],
  [
    'or a given one, to which a refresh can go back',
    ({ one }) => [one('launch_template').image_id, one('autoscaling_group').instance_refresh.preferences.auto_rollback],
    [expect.stringMatching(/^resolve:ssm:/), false],
    { service: { baseImage: 'ami-0123456789abcdef0' } },
    ['ami-0123456789abcdef0', true],
  ],
  [
    'a new machine each month',
    ({ one }) => one('autoscaling_group').max_instance_lifetime,
    30 * 86_400,
    { service: { maximumInstanceAgeDays: 7 } },
    7 * 86_400,
  ],
  [
    'capacity',
    ({ one }) => [
      one('autoscaling_group').min_size,
      one('autoscaling_group').max_size,
      one('autoscaling_group').min_elb_capacity,
    ],
    [2, 6, 2],
    { service: { capacity: { minInstances: 3, maxInstances: 4 } } },
    [3, 4, 3],
  ],
  [
    'a grace period for booting',
    ({ one }) => [one('autoscaling_group').health_check_type, one('autoscaling_group').health_check_grace_period],
    ['ELB', 180],
    { service: { healthCheck: { gracePeriodSeconds: 600 } } },
    ['ELB', 600],
  ],
  [
    'scaling on CPU, and on requests where asked',
    ({ all }) =>
      all('autoscaling_policy').map(({ target_tracking_configuration: c }) => [
        c.predefined_metric_specification.predefined_metric_type,
        c.target_value,
      ]),
    [['ASGAverageCPUUtilization', 60]],
    { service: { capacity: { targetCpuPercent: 40 }, aws: { targetRequestsPerMinute: 1000 } } },
    [
      ['ASGAverageCPUUtilization', 40],
      ['ALBRequestCountPerTarget', 1000],
    ],
  ],
  [
    'private subnets without a way out, and NAT only where asked',
    ({ all, one }) => [
      one('autoscaling_group').vpc_zone_identifier[0],
      all('nat_gateway').length,
      all('vpc_endpoint').length,
    ],
    [reference('subnet', 'network_private-0'), 0, 3],
    { service: { internetEgress: true } },
    [reference('subnet', 'network_egress-0'), 2, 0],
  ],
  [
    'connections out of an instance',
    ({ all }) =>
      all('vpc_security_group_egress_rule', 'user-api_egress-.*').map((rule) => [
        rule.from_port,
        rule.cidr_ipv4,
        rule.prefix_list_id,
        rule.referenced_security_group_id,
      ]),
    [
      [443, undefined, undefined, reference('security_group', 'network_endpoints_security-group')],
      [443, undefined, reference('vpc_endpoint', 'network_endpoints_s3'), undefined],
    ],
    { service: { internetEgress: true } },
    [[0, '0.0.0.0/0', undefined, undefined]],
  ],
  [
    'connections into an instance: from the load balancer, on its port; from operators only where asked',
    ({ all }) =>
      all('vpc_security_group_ingress_rule', 'user-api_from-.*').map((rule) => [
        rule.from_port,
        rule.to_port,
        rule.referenced_security_group_id,
      ]),
    [[3000, 3000, reference('security_group', 'user-api_load-balancer-security-group')]],
    { service: { operatorAccess: 'cloud-tunnel' } },
    [
      [3000, 3000, reference('security_group', 'user-api_load-balancer-security-group')],
      [22, 22, reference('security_group', 'network_operator-tunnel_security-group')],
    ],
  ],
  [
    'a key pair only with the tunnel',
    ({ one }) => one('launch_template').key_name,
    undefined,
    { service: { operatorAccess: 'cloud-tunnel', aws: { operatorKeyPair: 'ops' } } },
    'ops',
  ],
  [
    'tags on what Auto Scaling makes',
    ({ one }) =>
      one('launch_template').tag_specifications.map((s: any) => [
        s.resource_type,
        s.tags.service,
        s.tags.team,
        s.tags.cost,
      ]),
    [
      ['instance', 'user-api', undefined, undefined],
      ['volume', 'user-api', undefined, undefined],
      ['network-interface', 'user-api', undefined, undefined],
    ],
    { service: { tags: { team: 'core' } }, platform: { tags: { cost: '1' } } },
    [
      ['instance', 'user-api', 'core', '1'],
      ['volume', 'user-api', 'core', '1'],
      ['network-interface', 'user-api', 'core', '1'],
    ],
  ],
  [
    'tags on everything of the service',
    ({ one }) => [one('lb').tags, one('secretsmanager_secret').tags, one('cloudwatch_log_group', 'user-api_log').tags],
    [{ service: 'user-api' }, { service: 'user-api' }, { service: 'user-api' }],
    { service: { tags: { team: 'core' } } },
    Array(3).fill({ service: 'user-api', team: 'core' }),
  ],
  [
    'the permissions boundary on every role',
    ({ all }) => all('iam_role').map(({ permissions_boundary }) => permissions_boundary),
    [undefined, undefined],
    { platform: { permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/bound' } },
    Array(2).fill('arn:aws:iam::123456789012:policy/bound'),
  ],
  [
    'an existing network',
    ({ one, all }) => [
      one('lb').subnets.length,
      one('lb').ip_address_type,
      one('autoscaling_group').vpc_zone_identifier.length,
      all('vpc').length,
    ],
    [2, 'dualstack', 2, 1],
    { platform: { existingNetwork } },
    [2, 'ipv4', 2, 0],
  ],
  [
    'the journal, kept for a while',
    ({ one }) => [
      one('cloudwatch_log_group', 'user-api_log').name,
      one('cloudwatch_log_group', 'user-api_log').retention_in_days,
    ],
    ['/sandpiper/dev/user-api', 90],
    { service: { logRetentionDays: 365 } },
    ['/sandpiper/dev/user-api', 365],
  ],
  [
    'what the machine runs',
    (aws) => [specOf(aws).artifact.kind, specOf(aws).command, specOf(aws).variables],
    ['binary', ['./program'], { PORT: '3000' }],
    { service: { artifact: archive(PROGRAM, ['bin/server', '-v']), port: 4000, environment: { MODE: 'x' } } },
    ['archive', ['bin/server', '-v'], { MODE: 'x', PORT: '4000' }],
  ],
];

const SHIELD: Row[] = [
  [
    'a firewall where asked',
    ({ all }) =>
      all('wafv2_web_acl').map(({ rule }) =>
        rule.map((r: any) => [
          r.name,
          r.statement.rate_based_statement?.limit,
          Object.keys(r.override_action ?? r.action)[0],
        ]),
      ),
    [],
    { service: { firewall: { requestsPer5Minutes: 500 } } },
    [
      [
        ['rate-limit', 500, 'block'],
        ['ip-reputation', undefined, 'none'],
        ['common', undefined, 'none'],
        ['known-bad-inputs', undefined, 'none'],
      ],
    ],
  ],
  [
    'one that only counts',
    ({ all }) =>
      all('wafv2_web_acl').map(({ rule }) => rule.map((r: any) => Object.keys(r.override_action ?? r.action)[0])),
    [],
    { service: { firewall: { countOnly: true } } },
    [['block', 'count', 'count', 'count']],
  ],
  [
    'a firewall log without tokens',
    ({ all }) =>
      all('wafv2_web_acl_logging_configuration').map(({ redacted_fields }) =>
        redacted_fields.map((f: any) => f.single_header.name),
      ),
    [],
    { service: { firewall: {} } },
    [['authorization', 'cookie', 'sec-websocket-protocol', 'proxy-authorization', 'x-api-key']],
  ],
  [
    'alarms on errors, latency and unhealthy instances',
    ({ all }) => all('cloudwatch_metric_alarm').map(({ alarm_name, threshold }) => [alarm_name, threshold]),
    [
      ['sandpiper-dev-user-api-errors', 1],
      ['sandpiper-dev-user-api-latency', 1],
      ['sandpiper-dev-user-api-unhealthy', 0],
    ],
    { service: { alarms: { errorPercent: 5, latencyMilliseconds: 250 } } },
    [
      ['sandpiper-dev-user-api-errors', 5],
      ['sandpiper-dev-user-api-latency', 0.25],
      ['sandpiper-dev-user-api-unhealthy', 0],
    ],
  ],
  [
    'who is told',
    ({ all }) => all('sns_topic_subscription').map(({ protocol, endpoint }) => [protocol, endpoint]),
    [],
    { service: { alarms: { emails: ['ops@example.com'] } } },
    [['email', 'ops@example.com']],
  ],
];

describe('the TLS service on AWS', () => {
  describe.each([
    ['front', FRONT],
    ['certificates', CERTIFICATES],
    ['paths', PATHS],
    ['machines', MACHINES],
    ['shield, logs and alarms', SHIELD],
  ])('%s', (_, rows) => {
    it.each(rows)('%s', (_promise, read, expected, change, changed) => {
      expect(read(byDefault)).toEqual(expected);
      expect(read(synthesizeAws(change))).toEqual(changed);
    });
  });

  describe('what no prop changes', () => {
    it('answers everything that is not public with 404, and plain HTTP with a redirect', () => {
      expect(byDefault.one('lb_listener', 'https').default_action[0].fixed_response.status_code).toBe('404');
      expect(byDefault.one('lb_listener', 'http').default_action[0].redirect).toEqual({
        protocol: 'HTTPS',
        port: '443',
        status_code: 'HTTP_301',
      });
    });

    it('drops malformed headers, defends against desynchronisation and sends HSTS', () => {
      expect(byDefault.one('lb')).toMatchObject({
        drop_invalid_header_fields: true,
        desync_mitigation_mode: 'defensive',
      });
      expect(byDefault.one('lb_listener', 'https')).toMatchObject({
        routing_http_response_server_enabled: false,
        routing_http_response_strict_transport_security_header_value: 'max-age=31536000',
      });
    });

    it('gives an instance metadata of version 2 within one hop, monitoring and no public address', () => {
      expect(byDefault.one('launch_template')).toMatchObject({
        metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1, http_endpoint: 'enabled' },
        monitoring: { enabled: true },
        network_interfaces: [{ associate_public_ip_address: 'false' }],
      });
    });

    it('rolls new templates out by their number, whole capacity kept', () => {
      expect(byDefault.one('autoscaling_group')).toMatchObject({
        launch_template: { version: expect.stringMatching(/\.latest_version\}$/) },
        instance_refresh: {
          preferences: { min_healthy_percentage: 100, max_healthy_percentage: 200 },
        },
        lifecycle: { ignore_changes: ['desired_capacity'] },
      });
    });

    it('lets the instances be made only when they can be reached and have their rights', () => {
      const { depends_on } = byDefault.one('autoscaling_group') as { depends_on: string[] };
      for (const type of [
        'aws_lb_listener_rule',
        'aws_iam_role_policy',
        'aws_vpc_endpoint',
        'aws_vpc_security_group_egress_rule',
      ]) {
        expect(depends_on.some((address) => address.startsWith(`${type}.`))).toBe(true);
      }
    });

    it('describes every rule of a security group', () => {
      const rules = [
        ...byDefault.all('vpc_security_group_ingress_rule'),
        ...byDefault.all('vpc_security_group_egress_rule'),
      ];
      expect(rules.length).toBeGreaterThan(5);
      expect(rules.filter(({ description }) => !description)).toEqual([]);
    });
  });

  describe('rights of an instance', () => {
    const rights = byDefault.statements('iam_role_policy', 'user-api_role-policy');

    it('reads its program, the agent and its secrets, writes its journal, and nothing else', () => {
      expect(Object.keys(rights)).toEqual([
        'ReadOwnPrograms',
        'WriteOwnJournal',
        'ReadOwnSecrets',
        'DecryptThroughServices',
      ]);
      expect(rights.ReadOwnPrograms.Resource).toEqual([
        expect.stringMatching(/^\$\{aws_s3_bucket\..*\.arn\}\/user-api\/program$/),
        expect.stringMatching(/^\$\{aws_s3_bucket\..*\.arn\}\/host-agent-x64\/.+$/),
      ]);
      expect(rights.WriteOwnJournal.Resource).toMatch(
        /^\$\{aws_cloudwatch_log_group\.platform_user-api_log_.*\.arn\}:\*$/,
      );
      expect(rights.ReadOwnSecrets.Resource).toMatch(/^\$\{aws_secretsmanager_secret\..*\.arn\}$/);
    });

    it('decrypts only through the services that hold what the key encrypts', () => {
      expect(rights.DecryptThroughServices.Condition).toEqual({
        StringEquals: {
          'kms:ViaService': ['s3.eu-central-1.amazonaws.com', 'secretsmanager.eu-central-1.amazonaws.com'],
        },
      });
    });

    it("reads somebody else's secret, and decrypts with whatever key that has, for that secret only", () => {
      const aws = synthesizeAws({ service: { secrets: { TOKEN: existing(SECRET, 'v1') } } });
      const foreign = aws.statements('iam_role_policy', 'user-api_role-policy');
      expect(foreign.ReadOwnSecrets.Resource).toBe(SECRET);
      expect(foreign.DecryptExistingSecrets.Condition.StringEquals['kms:EncryptionContext:SecretARN']).toEqual([
        SECRET,
      ]);
      expect(aws.all('secretsmanager_secret')).toEqual([]);
      expect(specOf(aws).secrets).toEqual([{ variable: 'TOKEN', id: SECRET, version: 'v1' }]);
    });
  });

  describe('secrets', () => {
    it('are written through a write-only argument from an ephemeral variable', () => {
      expect(byDefault.one('secretsmanager_secret_version')).toMatchObject({
        secret_string_wo: '${var.app_jwt_secret}',
        secret_string_wo_version: 1,
      });
      expect(byDefault.one('secretsmanager_secret_version').secret_string).toBeUndefined();
      expect(byDefault.json.variable.app_jwt_secret).toMatchObject({ ephemeral: true });
    });

    it('are named to the machine with their version, so that a new one rolls the instances', () => {
      expect(bootScriptOf(byDefault)).toMatch(/aws_secretsmanager_secret_version\.[^.]+\.version_id/);
      const rotated = synthesizeAws((stack) => ({
        service: { secrets: { APP_JWT_SECRET: secretVariable(stack, 2) } },
      }));
      expect(rotated.one('secretsmanager_secret_version').secret_string_wo_version).toBe(2);
    });
  });

  describe('Terraform values', () => {
    it('are taken for host names, capacity, mail addresses and image', () => {
      const aws = synthesizeAws((stack) => {
        const text = (name: string) => new TerraformVariable(stack, name, { type: 'string' }).stringValue;
        const number = (name: string) => new TerraformVariable(stack, name, { type: 'number' }).numberValue;
        const emails = new TerraformVariable(stack, 'emails', { type: 'list(string)' }).listValue;
        return {
          service: {
            hostNames: [`api.${text('domain')}`],
            capacity: { minInstances: number('min'), maxInstances: number('max') },
            alarms: { emails },
            baseImage: text('image'),
          },
        };
      });
      expect(aws.one('autoscaling_group')).toMatchObject({
        min_size: '${var.min}',
        max_size: '${var.max}',
        min_elb_capacity: '${var.min}',
      });
      expect(aws.one('lb_listener_rule').condition[1].host_header.values).toEqual(['api.${var.domain}']);
      expect(aws.one('sns_topic_subscription')).toMatchObject({
        for_each: '${toset(var.emails)}',
        endpoint: '${each.value}',
      });
      expect(aws.one('launch_template').image_id).toMatch(/^\$\{coalesce\(var\.image, "resolve:ssm:/);
      expect(aws.one('autoscaling_group').instance_refresh.preferences.auto_rollback).toMatch(/var\.image != null/);
      expect(aws.one('route53_record', 'certificate-validation-record-0').name).toMatch(
        /option\.domain_name == local\./,
      );
    });
  });

  it('tells where it is', () => {
    expect(byDefault.service.url).toBe('https://api.example.com');
    const nameless = synthesizeAws({
      service: { hostNames: [], zone: undefined, certificate: existingCertificates(CERTIFICATE) },
    });
    expect(nameless.service.url).toBe(`https://${nameless.service.hostName}`);
    expect(nameless.service.hostName).toContain('TfToken');
  });
});

function bootScriptOf({ json }: SynthesizedAws): string {
  return Object.entries(json.locals as Record<string, string>).find(([name]) => name.includes('boot-script'))![1];
}

/** The machine spec inside the boot script, its Terraform values left as text. */
function specOf(aws: SynthesizedAws): any {
  const script = bootScriptOf(aws);
  const begin = script.indexOf('{"schemaVersion"');
  const line = script.slice(begin, script.indexOf('\n', begin));
  return JSON.parse(line.replace(/\$\{trimprefix\(.*?\[(\S+?)\]\)\),.*?\)\}/g, '${$1}'));
}

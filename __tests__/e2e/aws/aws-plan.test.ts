import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { App, TerraformStack } from 'cdktf';
import { AwsPlatform } from '../../../modules/aws/platform';
import { useEmulator } from '../../kit/clouds/aws/emulator-stack';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { PLATFORM, SERVICE, type AwsChange } from '../../kit/synthesize/aws';
import { secretVariable } from '../../kit/synthesize/service';
import { awsClients } from '../../kit/clouds/aws/what-is-there';
import { requireTool } from '../../kit/require-tool';
import { allResources, temporaryDirectory, terraformIn, type ResourceValues } from '../../kit/terraform';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** Finds planned resources of a type (without `aws_`) whose name holds the text. */
type Plan = (type: string, name?: string) => Readonly<Record<string, any>>[];

/** What the plan of the default must say, and what it must say once every prop below was changed. */
type Row = readonly [promise: string, read: (plan: Plan) => unknown, expected: unknown, changed: unknown];

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/one';
const EVERYTHING_ELSE: AwsChange = {
  platform: { environment: 'prod', cidr: '172.16.0.0/16', deletionProtection: false, flowLogRetentionDays: 7 },
  service: {
    port: 8080,
    healthCheck: { path: '/alive', expectedStatus: 200, intervalSeconds: 20, gracePeriodSeconds: 60 },
    publicPaths: ['/v1/*', '/a', '/b', '/c'],
    hostNames: ['a.example.com', 'b.example.com'],
    zone: undefined,
    certificate: { kind: 'existing', ids: [CERTIFICATE, `${CERTIFICATE}-b`] },
    capacity: { minInstances: 3, maxInstances: 5, targetCpuPercent: 30, machineSize: 'medium', diskGib: 20 },
    idleTimeoutSeconds: 600,
    drainSeconds: 5,
    accessLogs: false,
    firewall: {},
    alarms: { emails: ['ops@example.com'], errorPercent: 3, latencyMilliseconds: 500 },
    deletionProtection: false,
    internetEgress: true,
    operatorAccess: 'cloud-tunnel',
    architecture: 'arm64',
    logRetentionDays: 30,
    tags: { team: 'core' },
    aws: { dualStack: false, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09', targetRequestsPerMinute: 100 },
  },
};

const ROWS: readonly Row[] = [
  [
    'front: addresses',
    (p) => p('lb').map((x) => [x.internal, x.ip_address_type]),
    [[false, 'dualstack']],
    [[false, 'ipv4']],
  ],
  [
    'front: TLS policy',
    (p) => p('lb_listener', '_https').map((x) => [x.port, x.ssl_policy]),
    [[443, 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09']],
    [[443, 'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09']],
  ],
  ['front: protection', (p) => p('lb').map((x) => x.enable_deletion_protection), [true], [false]],
  ['front: idle timeout', (p) => p('lb').map((x) => x.idle_timeout), [60], [600]],
  [
    'certificate',
    (p) => [p('acm_certificate').length, p('lb_listener_certificate').map((x) => x.certificate_arn)],
    [1, []],
    [0, [`${CERTIFICATE}-b`]],
  ],
  [
    'DNS',
    (p) =>
      p('route53_record', 'dns-')
        .map((x) => `${x.type} ${x.name}`)
        .sort(),
    ['A api.example.com', 'AAAA api.example.com'],
    [],
  ],
  [
    'paths',
    (p) =>
      p('lb_listener_rule')
        .map((x) =>
          [x.priority, x.action[0].type, ...x.condition.map((c: any) => (c.path_pattern[0] ?? c.host_header[0]).values)]
            .flat(2)
            .join(' '),
        )
        .sort(),
    ['100 forward api.example.com /v1/user'],
    [
      '1 fixed-response */.. */../* *//*',
      '100 forward a.example.com b.example.com /a /b /v1/*',
      '101 forward a.example.com b.example.com /c',
    ],
  ],
  [
    'health',
    (p) =>
      p('lb_target_group').map((x) => [
        x.port,
        x.health_check[0].path,
        x.health_check[0].matcher,
        x.health_check[0].interval,
      ]),
    [[3000, '/healthz', '204', 10]],
    [[8080, '/alive', '200', 20]],
  ],
  ['draining', (p) => p('lb_target_group').map((x) => x.deregistration_delay), ['30'], ['5']],
  [
    'machines: type and disk',
    (p) =>
      p('launch_template').map((x) => [
        x.instance_type,
        x.block_device_mappings[0].ebs[0].volume_size,
        x.block_device_mappings[0].ebs[0].encrypted,
      ]),
    [['t3.small', 10, 'true']],
    [['m7g.large', 20, 'true']],
  ],
  [
    'machines: image',
    (p) => p('launch_template').map((x) => x.image_id),
    ['resolve:ssm:/aws/service/debian/release/12/latest/amd64'],
    ['resolve:ssm:/aws/service/debian/release/12/latest/arm64'],
  ],
  [
    'machines: number',
    (p) => p('autoscaling_group').map((x) => [x.min_size, x.max_size, x.min_elb_capacity, x.health_check_grace_period]),
    [[2, 6, 2, 180]],
    [[3, 5, 3, 60]],
  ],
  [
    'scaling',
    (p) =>
      p('autoscaling_policy')
        .map((x) => x.target_tracking_configuration[0].target_value as number)
        .sort((a, b) => a - b),
    [60],
    [30, 100],
  ],
  [
    'egress',
    (p) => [
      p('nat_gateway').length,
      p('vpc_endpoint').length,
      p('vpc_security_group_egress_rule', '_egress-').map((x) => x.cidr_ipv4),
    ],
    [0, 3, [null, null]],
    [2, 0, ['0.0.0.0/0']],
  ],
  ['operators', (p) => p('ec2_instance_connect_endpoint').length, 0, 1],
  ['network', (p) => p('vpc').map((x) => x.cidr_block), ['10.0.0.0/16'], ['172.16.0.0/16']],
  ['artifact bucket', (p) => p('s3_bucket', 'artifacts').map((x) => [x.force_destroy]), [[false]], [[true]]],
  [
    'secrets',
    (p) => p('secretsmanager_secret').map((x) => [x.name, x.recovery_window_in_days]),
    [['sandpiper/dev/user-api/APP_JWT_SECRET', 30]],
    [['sandpiper/prod/user-api/APP_JWT_SECRET', 0]],
  ],
  ['firewall', (p) => p('wafv2_web_acl').map((x) => x.rule.length as number), [], [4]],
  ['access logs', (p) => p('lb').map((x) => x.access_logs.length as number), [1], [0]],
  [
    'journal and flow log',
    (p) =>
      p('cloudwatch_log_group')
        .map((x) => x.retention_in_days as number)
        .sort((a, b) => a - b),
    [90, 90],
    [7, 30, 30],
  ],
  [
    'alarms',
    (p) =>
      p('cloudwatch_metric_alarm')
        .map((x) => x.threshold as number)
        .sort((a, b) => a - b),
    [0, 1, 1],
    [0, 0.5, 3, 21, 21],
  ],
  ['who is told', (p) => p('sns_topic_subscription').map((x) => x.endpoint), [], ['ops@example.com']],
  [
    'names',
    (p) => [p('lb'), p('autoscaling_group'), p('launch_template')].map(([x]) => x!.name),
    Array(3).fill('sandpiper-dev-user-api'),
    Array(3).fill('sandpiper-prod-user-api'),
  ],
  [
    'tags',
    (p) => p('lb').map((x) => x.tags_all),
    [{ application: 'sandpiper', environment: 'dev', service: 'user-api' }],
    [{ application: 'sandpiper', environment: 'prod', service: 'user-api', team: 'core' }],
  ],
];

/** True of every plan, whatever the props. */
const ALWAYS: readonly (readonly [promise: string, read: (plan: Plan) => unknown, expected: unknown])[] = [
  [
    '404 for what is not public',
    (p) => p('lb_listener', '_https').map((x) => x.default_action[0].fixed_response[0].status_code),
    ['404'],
  ],
  [
    '301 on HTTP',
    (p) => p('lb_listener', '_http_').map((x) => [x.port, x.default_action[0].redirect[0].status_code]),
    [[80, 'HTTP_301']],
  ],
  [
    'malformed headers dropped',
    (p) => p('lb').map((x) => [x.drop_invalid_header_fields, x.desync_mitigation_mode]),
    [[true, 'defensive']],
  ],
  ['no stickiness', (p) => p('lb_target_group').map((x) => x.stickiness[0].enabled), [false]],
  [
    'no public address, metadata of version 2',
    (p) =>
      p('launch_template').map((x) => [
        x.network_interfaces[0].associate_public_ip_address,
        x.metadata_options[0].http_tokens,
        x.metadata_options[0].http_put_response_hop_limit,
      ]),
    [['false', 'required', 1]],
  ],
  [
    'rolled out whole, stopped by errors',
    (p) => p('autoscaling_group').map((x) => x.instance_refresh[0].preferences[0]),
    [
      expect.objectContaining({
        min_healthy_percentage: 100,
        max_healthy_percentage: 200,
        alarm_specification: [{ alarms: [expect.stringMatching(/-user-api-errors$/)] }],
      }),
    ],
  ],
  ['private subnets', (p) => p('subnet').filter((x) => x.map_public_ip_on_launch !== false), []],
  [
    'no public bucket',
    (p) =>
      p('s3_bucket_public_access_block').map((x) => [
        x.block_public_acls,
        x.block_public_policy,
        x.ignore_public_acls,
        x.restrict_public_buckets,
      ]),
    Array(2).fill(Array(4).fill(true)),
  ],
  ['key rotation', (p) => p('kms_key').map((x) => x.enable_key_rotation), [true]],
  [
    'the write-only secret is null in the plan',
    (p) => p('secretsmanager_secret_version').map((x) => [x.secret_string, x.secret_string_wo]),
    [[null, null]],
  ],
];

describe('the plan of the TLS service, as `terraform show -json` gives it', () => {
  if (!requireTool(['terraform', 'moto_server'])) return;
  const outdir = temporaryDirectory('aws-plan');
  let moto: Moto;
  let standard: Plan;
  let changed: Plan;

  beforeAll(async () => {
    moto = await startMoto();
    const { route53 } = awsClients(moto.endpoint, PLATFORM.region);
    await route53.send(new CreateHostedZoneCommand({ Name: SERVICE.zone, CallerReference: 'test' }));
    [standard, changed] = await Promise.all([plan('standard', {}), plan('changed', EVERYTHING_ELSE)]);
  }, 900_000);

  afterAll(async () => {
    await moto?.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  });

  async function plan(name: string, change: AwsChange): Promise<Plan> {
    const app = new App({ outdir: path.join(outdir, name) });
    const stack = new TerraformStack(app, 'aws-stack');
    new AwsPlatform(stack, 'platform', { ...PLATFORM, ...change.platform }).tlsService('user-api', {
      ...SERVICE,
      secrets: { APP_JWT_SECRET: secretVariable(stack) },
      ...change.service,
    });
    app.synth();
    const directory = path.join(outdir, name, 'stacks', 'aws-stack');
    useEmulator(directory, moto.endpoint);
    const terraform = terraformIn(directory, { variables: { app_jwt_secret: 'secret' } });
    await terraform.init();
    await terraform.validate();
    const resources: ResourceValues[] = allResources((await terraform.plan()).json);
    return (type, text = '') =>
      resources
        .filter(
          (resource) => resource.mode === 'managed' && resource.type === `aws_${type}` && resource.name.includes(text),
        )
        .map(({ values }) => values);
  }

  it.each(ROWS)('%s', (_, read, expected, afterChange) => {
    expect(expected).not.toEqual(afterChange);
    expect(read(standard)).toEqual(expected);
    expect(read(changed)).toEqual(afterChange);
  });

  it.each(ALWAYS)('%s', (_, read, expected) => {
    expect(read(standard)).toEqual(expected);
    expect(read(changed)).toEqual(expected);
  });
});

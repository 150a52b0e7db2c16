import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { AwsPlatform } from '../../../modules/aws/platform';
import { binary } from '../../../modules/machine/artifact';
import { PLATFORM, SERVICE, synthesizeAws } from '../../kit/synthesize/aws';
import { PROGRAM } from '../../kit/synthesize/service';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const aws = synthesizeAws();

describe('the AWS platform', () => {
  it('asks for versions of Terraform and provider that have write-only arguments', () => {
    expect(aws.json.terraform).toMatchObject({
      required_version: '>= 1.11.0',
      required_providers: { aws: { version: '>= 5.100.0, < 7.0.0' } },
    });
  });

  it('sets no attribute that only version 6 of the provider has', () => {
    const regional = Object.values(aws.json.resource as Record<string, Record<string, object>>).flatMap((resources) =>
      Object.values(resources).filter((resource) => 'region' in resource),
    );
    expect(regional).toEqual([]);
  });

  it('tags everything through the provider', () => {
    const tagged = synthesizeAws({ platform: { tags: { cost: '42' } } });
    expect(tagged.json.provider.aws[0].default_tags[0].tags).toEqual({
      application: 'sandpiper',
      environment: 'dev',
      cost: '42',
    });
  });

  describe('network', () => {
    it('is in the first zones of the region, in any state, and stays there', () => {
      const first = aws.one('subnet', 'network_public-0');
      expect(first.lifecycle.ignore_changes).toEqual(['availability_zone']);
      expect(aws.one('subnet', 'network_private-0').availability_zone).toMatch(
        /^\$\{aws_subnet\.platform_network_public-0_[0-9A-F]{8}\.availability_zone\}$/,
      );
      const [zones] = Object.values(aws.json.data.aws_availability_zones as Record<string, any>);
      expect([zones.state, zones.filter]).toEqual([
        undefined,
        [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      ]);
      expect(zones.lifecycle.postcondition).toEqual([
        {
          condition: '${(length(self.names) >= 2)}',
          error_message: 'eu-central-1 has fewer availability zones than zoneCount asks for, which is 2: lower it.',
        },
      ]);
    });

    it('is in the zones that are named, and tells when a network is in others', () => {
      const named = synthesizeAws({ platform: { zones: ['eu-central-1c', 'eu-central-1a', 'eu-central-1b'] } });
      expect(
        named.all('subnet', 'network_public-.').map(({ availability_zone }) => availability_zone as string),
      ).toEqual(['eu-central-1c', 'eu-central-1a', 'eu-central-1b']);
      expect(named.json.data.aws_availability_zones).toBeUndefined();
      expect(named.one('subnet', 'network_public-0').lifecycle.postcondition[0].condition).toBe(
        '${(self.availability_zone == "eu-central-1c")}',
      );
    });

    it('takes a Terraform list, which may be empty', () => {
      const listed = synthesizeAws((stack) => ({
        platform: { zones: new TerraformVariable(stack, 'zones', { type: 'list(string)' }).listValue },
      }));
      const { availability_zone: zone, lifecycle } = listed.one('subnet', 'network_public-0');
      expect(zone).toMatch(
        /^\$\{\(length\(var\.zones\) >= 1\) \? element\(var\.zones, 0\) : element\(data\.aws_availability_zones\.\w+\.names, 0\)\}$/,
      );
      expect(lifecycle.postcondition[0].condition).toBe(
        '${(length(var.zones) >= 1) ? (self.availability_zone == element(var.zones, 0)) : true}',
      );
    });

    it.each([
      [{ zones: ['eu-central-1a'] }, /^zones: .* must name 2 to 4 zones, each once$/],
      [{ zones: ['eu-central-1a', 'eu-central-1a'] }, /^zones: /],
      [{ zones: ['eu-central-1a', 'eu-west-1a'] }, /^zones\[1\]: "eu-west-1a" must be a zone of the platform's region/],
      [
        { zones: ['eu-central-1a', 'eu-central-1b'], zoneCount: 3 },
        /^zoneCount: 3 differs from the number of zones, which is 2$/,
      ],
    ])('refuses zones that cannot be: %j', (platform, message) => {
      expect(() => synthesizeAws({ platform })).toThrow(message);
    });

    it('has IPv6 and subnets in zones that the region names', () => {
      expect(aws.one('vpc')).toMatchObject({ cidr_block: '10.0.0.0/16', assign_generated_ipv6_cidr_block: true });
      expect(aws.one('subnet', 'network_public-1')).toMatchObject({
        availability_zone: expect.stringMatching(/^\$\{data\.aws_availability_zones\..*\.names\[1\]\}$/),
        cidr_block: '${cidrsubnet("10.0.0.0/16", 4, 1)}',
        ipv6_cidr_block: expect.stringContaining('cidrsubnet(aws_vpc'),
        map_public_ip_on_launch: false,
      });
      expect(aws.all('subnet')).toHaveLength(4);
      expect(synthesizeAws({ platform: { zoneCount: 3 } }).all('subnet')).toHaveLength(6);
    });

    it('gives private subnets no route', () => {
      const routes = aws.all('route').map(({ route_table_id }) => route_table_id as string);
      expect(routes).toHaveLength(2);
      expect(routes.every((id) => id.includes('public-routes'))).toBe(true);
    });

    it('closes the default security group', () => {
      const group = aws.one('default_security_group');
      expect([group.ingress, group.egress]).toEqual([undefined, undefined]);
    });

    it('logs its connections, encrypted, and keeps the log for a while', () => {
      expect(aws.one('flow_log')).toMatchObject({ traffic_type: 'ALL', log_destination_type: 'cloud-watch-logs' });
      expect(aws.one('cloudwatch_log_group', 'network_flow-log-group')).toMatchObject({
        retention_in_days: 90,
        kms_key_id: expect.stringContaining('aws_kms_key'),
      });
      const longer = synthesizeAws({ platform: { flowLogRetentionDays: 365 } });
      expect(longer.one('cloudwatch_log_group', 'network_flow-log-group').retention_in_days).toBe(365);
    });

    it('resolves names of AWS only, where it is asked to', () => {
      const { all, one } = synthesizeAws({ platform: { dnsFirewall: true } });
      expect(aws.all('route53_resolver_firewall_rule')).toEqual([]);
      expect(one('route53_resolver_firewall_domain_list', 'allowed').domains).toEqual([
        '*.eu-central-1.amazonaws.com',
        '*.cache.amazonaws.com',
        '*.eu-central-1.compute.internal',
        '*.ec2.internal',
      ]);
      expect(one('route53_resolver_firewall_domain_list', 'everything').domains).toEqual(['*']);
      const [block, allow] = all('route53_resolver_firewall_rule').sort((a, b) => b.priority - a.priority);
      expect(allow).toMatchObject({ action: 'ALLOW', firewall_domain_list_id: expect.stringContaining('allowed') });
      expect(block).toMatchObject({ action: 'BLOCK', firewall_domain_list_id: expect.stringContaining('everything') });
      expect(one('route53_resolver_firewall_rule_group_association').vpc_id).toMatch(/aws_vpc/);
    });

    it('resolves every name for a service that goes to the internet', () => {
      const { one } = synthesizeAws({ platform: { dnsFirewall: true }, service: { internetEgress: true } });
      expect(one('route53_resolver_firewall_domain_list', 'allowed').domains).toEqual(['*']);
    });

    it('lets nothing through the S3 endpoint but reads of the artifact buckets by this account', () => {
      const { ReadArtifacts } = aws.statements('vpc_endpoint', 'network_endpoints_s3');
      expect(ReadArtifacts).toMatchObject({
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: [
          expect.stringMatching(/^\$\{aws_s3_bucket\.platform_artifacts_bucket_.*\.arn\}\/\*$/),
          expect.stringMatching(/:s3:::sandpiper-bootstrap-\$\{.*account_id\}-eu-central-1\/\*$/),
        ],
        Condition: { StringEquals: { 'aws:PrincipalAccount': expect.stringContaining('account_id') } },
      });
    });
  });

  describe('buckets', () => {
    it.each(['artifacts', 'access-logs'])('%s: versioned, nothing public, TLS only', (bucket) => {
      expect(aws.one('s3_bucket_versioning', `${bucket}_versioning`).versioning_configuration.status).toBe('Enabled');
      expect(aws.one('s3_bucket_public_access_block', `${bucket}_public-access`)).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      expect(aws.one('s3_bucket_ownership_controls', `${bucket}_ownership`).rule.object_ownership).toBe(
        'BucketOwnerEnforced',
      );
      const { TlsOnly, Tls12OrNewer } = aws.statements('s3_bucket_policy', `${bucket}_policy`);
      expect(TlsOnly).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
      expect(Tls12OrNewer).toMatchObject({
        Effect: 'Deny',
        Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
      });
    });

    it("encrypts artifacts with the platform's key, and request logs as log delivery needs it", () => {
      const algorithm = (id: string) =>
        aws.one('s3_bucket_server_side_encryption_configuration', id).rule[0].apply_server_side_encryption_by_default
          .sse_algorithm;
      expect([algorithm('artifacts_encryption'), algorithm('access-logs_encryption')]).toEqual(['aws:kms', 'AES256']);
    });

    it('lets load balancers of this account write their logs', () => {
      expect(aws.statements('s3_bucket_policy', 'access-logs_policy').LoadBalancersWriteTheirLogs).toMatchObject({
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: expect.stringMatching(/\/alb\/\*\/AWSLogs\/\$\{data\.aws_caller_identity\..*\.account_id\}\/\*$/),
      });
    });

    it('keeps superseded programs for a rollback', () => {
      const { rule } = aws.one('s3_bucket_lifecycle_configuration', 'artifacts_lifecycle');
      expect(rule[0].noncurrent_version_expiration[0].noncurrent_days).toBe(90);
    });

    it('may be destroyed with what they hold only once protection is off', () => {
      const flags = (synthesized: typeof aws) => [
        ...synthesized.all('s3_bucket').map(({ force_destroy }) => force_destroy as boolean),
        synthesized.guarded.filter((id) => id.endsWith('bucket')),
      ];
      expect(flags(aws)).toEqual([false, false, ['access-logs_bucket', 'artifacts_bucket']]);
      expect(flags(synthesizeAws({ platform: { deletionProtection: false } }))).toEqual([true, true, []]);
    });

    it('holds the host agent once for all services', () => {
      const stack = new TerraformStack(Testing.app(), 'aws-stack');
      const platform = new AwsPlatform(stack, 'platform', PLATFORM);
      for (const id of ['one', 'two']) platform.tlsService(id, { ...SERVICE, artifact: binary(PROGRAM) });
      const { resource } = JSON.parse(Testing.synth(stack)) as { resource: Record<string, object> };
      expect(Object.keys(resource.aws_s3_object!)).toHaveLength(3);
      expect(Object.keys(resource.aws_vpc_endpoint!)).toHaveLength(3);
    });
  });

  describe('key', () => {
    it('is rotated and may not be lost by accident', () => {
      expect(aws.one('kms_key')).toMatchObject({
        enable_key_rotation: true,
        deletion_window_in_days: 30,
      });
      expect(aws.guarded).toContain('key');
    });

    it('serves logs of this environment, alarms, and disks that Auto Scaling makes, each under a condition', () => {
      const statements = aws.statements('kms_key');
      const unconditional = Object.keys(statements).filter((sid) => statements[sid].Condition === undefined);
      expect(unconditional).toEqual(['AccountAdministersTheKey']);
      const logs = statements.CloudWatchLogsEncryptsLogGroups;
      expect(logs.Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'][0]).toMatch(
        /:log-group:\/sandpiper\/dev\/\*$/,
      );
      expect(statements.AutoScalingUsesTheKeyForDisks.Condition.ArnEquals['aws:PrincipalArn']).toMatch(
        /AWSServiceRoleForAutoScaling$/,
      );
    });

    it('is not made where one is given', () => {
      const given = synthesizeAws({ platform: { existingKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/mine' } });
      expect(given.all('kms_key')).toEqual([]);
      expect(given.one('secretsmanager_secret').kms_key_id).toBe('arn:aws:kms:eu-central-1:123456789012:key/mine');
    });
  });

  it('names two environments apart', () => {
    const names = (environment: string) => {
      const { all } = synthesizeAws({ platform: { environment } });
      return [
        'lb',
        'autoscaling_group',
        'launch_template',
        'lb_target_group',
        'iam_role',
        's3_bucket',
        'kms_alias',
        'secretsmanager_secret',
        'cloudwatch_log_group',
        'sns_topic',
      ]
        .flatMap((type) => all(type))
        .map((resource) => (resource.name ?? resource.bucket) as string);
    };
    const [dev, prod] = [names('dev'), names('prod')];
    expect(dev.filter((name) => prod.includes(name))).toEqual([]);
    expect(dev.length).toBeGreaterThan(10);
  });
});

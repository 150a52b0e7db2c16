import { synthesizeAws, type AwsChange } from '../../kit/synthesize/aws';
import type { Resource } from '../../kit/synthesize/resources';
import { synthesizePlayground } from '../../kit/synthesize/playground';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** What the API takes, and neither the provider nor a simulator checks: characters and lengths, each from the API's reference. */
const RULES: readonly (readonly [type: RegExp, attribute: string, allowed: RegExp])[] = [
  // EC2, CreateSecurityGroup and IpRange.
  [
    /^aws_(?:vpc_security_group_\w+_rule|security_group)$/,
    'description',
    /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
  ],
  [/^aws_security_group$/, 'name', /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/],
  // Elastic Load Balancing, CreateLoadBalancer and CreateTargetGroup.
  [/^aws_lb(?:_target_group)?$/, 'name', /^(?!internal-)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/],
  // IAM, CreateRole.
  [/^aws_iam_role$/, 'description', /^[\t\n\r\u0020-\u007E\u00A1-\u00FF]{1,1000}$/],
  // CloudWatch, PutMetricAlarm.
  [/^aws_cloudwatch_metric_alarm$/, 'alarm_description', /^[\s\S]{1,1024}$/],
  [/^aws_cloudwatch_metric_alarm$/, 'alarm_name', /^[\s\S]{1,255}$/],
  // KMS, CreateKey; ElastiCache, CreateReplicationGroup and CreateCacheParameterGroup.
  [/^aws_kms_key$/, 'description', /^[\s\S]{1,8192}$/],
  [/^aws_elasticache_replication_group$/, 'replication_group_id', /^[a-z](?!.*--)[a-z0-9-]{0,38}[a-z0-9]$/],
  [/^aws_elasticache_parameter_group$/, 'name', /^[a-z](?!.*--)[a-z0-9-]{0,253}[a-z0-9]$/],
  // EC2, CreateLaunchTemplate.
  [/^aws_launch_template$/, 'name', /^[a-zA-Z0-9().\-/_]{3,128}$/],
  [/^aws_launch_template$/, 'description', /^[\s\S]{1,255}$/],
  // WAF, CreateWebACL.
  [/^aws_wafv2_web_acl$/, 'name', /^[\w-]{1,128}$/],
  [/^aws_wafv2_web_acl$/, 'description', /^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]{0,254}[\w+=:#@/\-,.]$/],
  // Amazon S3, "General purpose bucket naming rules", with an account of 12 digits and the longest region.
  [/^aws_s3_bucket$/, 'bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/],
];

const CHANGES: Readonly<Record<string, AwsChange>> = {
  'the defaults': {},
  'the longest names': {
    platform: { application: 'sandpiper-ab', environment: 'production-eu-01' },
    id: 'user-api-service',
  },
  'everything on': {
    service: {
      firewall: {},
      operatorAccess: 'cloud-tunnel',
      internetEgress: true,
      alarms: { emails: ['ops@example.com'] },
    },
  },
  'an existing network': {
    platform: { existingNetwork: { vpcId: 'vpc-1', publicSubnetIds: ['a', 'b'], privateSubnetIds: ['c', 'd'] } },
    service: { operatorAccess: 'cloud-tunnel' },
  },
};

/** Texts of a configuration that a rule is about, with what only AWS knows filled in at its longest. */
function refused(resources: Readonly<Record<string, Readonly<Record<string, Resource>>>>): string[] {
  return Object.entries(resources).flatMap(([type, named]) =>
    RULES.filter(([pattern]) => pattern.test(type)).flatMap(([, attribute, allowed]) =>
      Object.values(named)
        .map((resource) => resource[attribute] as unknown)
        .filter((value): value is string => typeof value === 'string')
        .map((value) =>
          value.replace(/\$\{[^}]*account_id\}/g, '123456789012').replace('eu-central-1', 'ap-southeast-99'),
        )
        .filter((value) => !value.includes('${') && !allowed.test(value))
        .map((value) => `${type}.${attribute}: ${value}`),
    ),
  );
}

describe('what only the API of AWS checks', () => {
  it.each(Object.entries(CHANGES))('is right with %s', (_, change) => {
    expect(refused(synthesizeAws(change).json.resource)).toEqual([]);
  });

  it('is right of a playground', () => {
    expect(refused(synthesizePlayground('aws').resources as never)).toEqual([]);
  });

  it('would be found', () => {
    const rule = { description: "SSH from the operators' tunnel" };
    expect(refused({ aws_vpc_security_group_ingress_rule: { rule } })).toHaveLength(1);
  });
});

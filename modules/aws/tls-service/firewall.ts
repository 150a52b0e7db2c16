import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import { Wafv2WebAcl } from '@cdktf/provider-aws/lib/wafv2-web-acl';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association';
import { Wafv2WebAclLoggingConfiguration } from '@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration';
import type { AwsService } from './service';
import type { Firewall } from '../../tls-service/tls-service';

/** AWS's managed rule groups, in the order they are asked, and those of their rules that read bodies ("AWS Managed Rules rule groups list"; 925 of 1500 capacity units). */
const MANAGED_GROUPS = [
  { id: 'ip-reputation', name: 'AWSManagedRulesAmazonIpReputationList', bodyRules: [] },
  {
    id: 'common',
    name: 'AWSManagedRulesCommonRuleSet',
    bodyRules: [
      ...['SizeRestrictions_BODY', 'EC2MetaDataSSRF_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY'],
      'CrossSiteScripting_BODY',
    ],
  },
  {
    id: 'known-bad-inputs',
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    bodyRules: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  },
] as const;

/** Headers in which clients send tokens: a browser's WebSocket has no other place than its protocols. */
const TOKEN_HEADERS = ['authorization', 'cookie', 'sec-websocket-protocol', 'proxy-authorization', 'x-api-key'];

const countOnly = (name: string) => ({ name, action_to_use: { count: {} } });

/** Window of the rate limit, in seconds. */
const RATE_WINDOW_SECONDS = 300;

/** WAFv2 before the load balancer: managed rules, a rate limit for each client address, and a log without tokens. */
export function addFirewall(
  service: AwsService,
  options: {
    readonly firewall: Required<Firewall>;
    readonly loadBalancer: Lb;
  },
): Wafv2WebAcl {
  const { scope, platform, props } = service;
  const name = service.name();
  const { firewall, loadBalancer } = options;
  // Sampled requests would show whole headers, tokens included, in the console.
  const visibility = (metricName: string) => ({
    cloudwatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
    metricName: `${name}-${metricName}`,
  });
  const acl = new Wafv2WebAcl(scope, 'firewall', {
    name,
    description: `Firewall of ${name}`,
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility('all'),
    rule: [
      {
        name: 'rate-limit',
        priority: 0,
        action: { block: { customResponse: { responseCode: 429 } } },
        statement: {
          rate_based_statement: {
            limit: firewall.requestsPer5Minutes,
            evaluation_window_sec: RATE_WINDOW_SECONDS,
            aggregate_key_type: 'IP',
          },
        },
        visibilityConfig: visibility('rate-limit'),
      },
      ...MANAGED_GROUPS.map((group, index) => ({
        name: group.id,
        priority: index + 1,
        overrideAction: firewall.countOnly ? { count: {} } : { none: {} },
        statement: {
          managed_rule_group_statement: {
            vendor_name: 'AWS',
            name: group.name,
            ...(firewall.inspectBodies ? {} : { rule_action_override: group.bodyRules.map(countOnly) }),
          },
        },
        visibilityConfig: visibility(group.id),
      })),
    ],
  });
  new Wafv2WebAclAssociation(scope, 'firewall-association', { resourceArn: loadBalancer.arn, webAclArn: acl.arn });
  // The name must begin so ("Sending web ACL traffic logs to an Amazon CloudWatch Logs log group").
  const log = new CloudwatchLogGroup(scope, 'firewall-log', {
    name: `aws-waf-logs-${name}`,
    retentionInDays: props.logRetentionDays,
    kmsKeyId: platform.keyArn,
  });
  new Wafv2WebAclLoggingConfiguration(scope, 'firewall-logging', {
    resourceArn: acl.arn,
    logDestinationConfigs: [log.arn],
    redactedFields: TOKEN_HEADERS.map((header) => ({ singleHeader: { name: header } })),
  });
  return acl;
}

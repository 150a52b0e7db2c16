import { Route53ResolverFirewallDomainList } from '@cdktf/provider-aws/lib/route53-resolver-firewall-domain-list';
import { Route53ResolverFirewallRule } from '@cdktf/provider-aws/lib/route53-resolver-firewall-rule';
import { Route53ResolverFirewallRuleGroup } from '@cdktf/provider-aws/lib/route53-resolver-firewall-rule-group';
import { Route53ResolverFirewallRuleGroupAssociation } from '@cdktf/provider-aws/lib/route53-resolver-firewall-rule-group-association';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';

/** Rules are asked in the order of their priorities; groups too, of which AWS keeps those up to 100 and from 9900 for Firewall Manager. */
const PRIORITY = { allow: 100, block: 200, group: 101 } as const;

/**
 * Route 53 Resolver DNS Firewall: machines of the VPC have only such names resolved as AWS itself answers for. No security group
 * filters the VPC's resolver, and the names that are asked for reach whoever owns their domain: without this they are a way out.
 * A VPC with machines that may go to the internet resolves every name.
 */
export class NameFirewall extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      /** `<application>-<environment>`. */
      readonly name: string;
      readonly region: string;
      readonly vpcId: string;
      /** Whether machines of the VPC may go to the internet; asked when all is made. */
      readonly hasEgress: () => boolean;
    },
  ) {
    super(scope, id);
    const { name, region } = props;
    const tags = { Name: name };
    const allowed = new Route53ResolverFirewallDomainList(this, 'allowed', {
      name: `${name}-allowed`,
      domains: Lazy.listValue({
        produce: () => (props.hasEgress() ? ['*'] : ownNames(region)),
      }),
      tags,
    });
    const everything = new Route53ResolverFirewallDomainList(this, 'everything', {
      name: `${name}-everything`,
      domains: ['*'],
      tags,
    });
    const group = new Route53ResolverFirewallRuleGroup(this, 'rules', { name, tags });
    new Route53ResolverFirewallRule(this, 'allow', {
      name: 'names-of-aws',
      action: 'ALLOW',
      firewallDomainListId: allowed.id,
      firewallRuleGroupId: group.id,
      priority: PRIORITY.allow,
    });
    const block = new Route53ResolverFirewallRule(this, 'block', {
      name: 'no-other-name',
      action: 'BLOCK',
      blockResponse: 'NODATA',
      firewallDomainListId: everything.id,
      firewallRuleGroupId: group.id,
      priority: PRIORITY.block,
    });
    new Route53ResolverFirewallRuleGroupAssociation(this, 'association', {
      name,
      firewallRuleGroupId: group.id,
      vpcId: props.vpcId,
      priority: PRIORITY.group,
      tags,
      dependsOn: [block],
    });
  }
}

/** Services of the region and of S3, ElastiCache's endpoints, and the machines' own host names. */
function ownNames(region: string): string[] {
  return [`*.${region}.amazonaws.com`, '*.cache.amazonaws.com', `*.${region}.compute.internal`, '*.ec2.internal'];
}

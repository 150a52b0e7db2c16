import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Lazy, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { EndpointStatement } from './network';
import { policyDocument } from './policy-document';

/** AWS services that every instance without internet talks to, besides S3: its secrets and its journal. */
const INTERFACE_SERVICES = ['secretsmanager', 'logs'] as const;

/**
 * How instances without a route to the internet reach AWS: a gateway endpoint for S3, which lets nothing through but
 * reads of the artifact buckets, and interface endpoints, which serve this account's principals only.
 */
export class ServiceEndpoints extends Construct {
  readonly securityGroupId: string;
  readonly s3PrefixListId: string;
  readonly ready: ITerraformDependable[];
  private readonly asked = new Map<string, EndpointStatement[]>();
  /** Groups that single endpoints carry besides the common one, by service. */
  private readonly marks = new Map<string, string[]>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: {
      readonly name: string;
      readonly region: string;
      readonly accountId: string;
      readonly vpcId: string;
      readonly vpcCidr: string;
      readonly subnetIds: string[];
      readonly routeTableIds: string[];
      readonly artifactBucketArns: readonly string[];
    },
  ) {
    super(scope, id);
    const { name, region, vpcId } = props;
    const s3 = new VpcEndpoint(this, 's3', {
      vpcId,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: props.routeTableIds,
      policy: policyDocument({
        sid: 'ReadArtifacts',
        principal: '*',
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: props.artifactBucketArns.map((arn) => `${arn}/*`),
        conditions: { StringEquals: { 'aws:PrincipalAccount': props.accountId } },
      }),
      tags: { Name: `${name}-s3` },
    });
    const group = new SecurityGroup(this, 'security-group', {
      name: `${name}-endpoints`,
      description: 'Endpoints of AWS services',
      vpcId,
      tags: { Name: `${name}-endpoints` },
    });
    // The whole VPC, not single services: the endpoints' private DNS names answer for all of it.
    const ingress = new VpcSecurityGroupIngressRule(this, 'https', {
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: props.vpcCidr,
      description: 'HTTPS from the VPC',
    });
    this.securityGroupId = group.id;
    this.s3PrefixListId = s3.prefixListId;
    const endpoints = INTERFACE_SERVICES.map((service) =>
      this.reach(service, [{ sid: 'ThisAccountOnly', actions: [`${service}:*`], resources: ['*'] }]),
    );
    this.ready = [s3, ingress, ...endpoints];
  }

  /**
   * A security group of the endpoints of these services and of no other: who may open connections to this group only reaches these
   * services only. It has no rules; what comes in is let in by the group that all endpoints have.
   *
   * @param id what it is for, such as the name of a fleet
   */
  mark(id: string, services: readonly string[]): string {
    const name = `${this.props.name}-${id}-endpoints`;
    const group = new SecurityGroup(this, `${id}-security-group`, {
      name,
      description: `Endpoints that ${id} reaches: ${services.join(', ')}`,
      vpcId: this.props.vpcId,
      tags: { Name: name },
    });
    for (const service of services) this.marks.set(service, [...(this.marks.get(service) ?? []), group.id]);
    return group.id;
  }

  /** The endpoint of one service, which lets through what all statements that it was asked for allow. */
  reach(service: string, statements: readonly EndpointStatement[]): VpcEndpoint {
    const { name, region, vpcId, accountId, subnetIds } = this.props;
    const asked = this.asked.get(service) ?? [];
    this.asked.set(service, asked);
    asked.push(...statements);
    const existing = this.node.tryFindChild(service) as VpcEndpoint | undefined;
    if (existing !== undefined) return existing;
    const conditions = { StringEquals: { 'aws:PrincipalAccount': accountId } };
    return new VpcEndpoint(this, service, {
      vpcId,
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds,
      securityGroupIds: Lazy.listValue({
        produce: () => [this.securityGroupId, ...(this.marks.get(service) ?? [])],
      }),
      policy: Lazy.stringValue({
        produce: () =>
          policyDocument(...asked.map((statement) => ({ ...statement, principal: '*' as const, conditions }))),
      }),
      tags: { Name: `${name}-${service}` },
    });
  }
}

import { DataAwsEc2ManagedPrefixList } from '@cdktf/provider-aws/lib/data-aws-ec2-managed-prefix-list';
import { DataAwsVpc } from '@cdktf/provider-aws/lib/data-aws-vpc';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ExistingNetwork } from './platform-props';
import type { PolicyStatement } from './policy-document';

/** Where load balancers and instances live. */
export interface AwsNetwork {
  readonly vpcId: string;
  /** Whether the public subnets have IPv6. */
  readonly isDualStack: boolean;
  readonly publicSubnetIds: string[];
  /** What an internet-facing load balancer must wait for: AWS refuses one in a VPC without a gateway. */
  readonly publicReady: ITerraformDependable[];
  /** Subnets for instances; making them also makes what instances there need to reach AWS's own services. */
  instancePlacement(internetEgress: boolean): InstancePlacement;
  /**
   * Lets instances without internet reach one more of AWS's services, by an endpoint that lets through what the statements of all who
   * ask for it allow, and nothing else. An existing network has its own.
   *
   * @param service as in the endpoint's name, such as `sqs`
   */
  reach(service: string, ...statements: readonly EndpointStatement[]): ITerraformDependable[];
  /**
   * Where machines that run strangers' code live: without a route out, and with a way to the endpoints of these services and no other.
   * In an existing network the endpoints are its owner's, and cannot be told apart.
   *
   * @param id name of what the machines belong to
   */
  fleetPlacement(id: string, services: readonly string[]): InstancePlacement;
  /** The security group of the operators' tunnel (EC2 Instance Connect Endpoint), made when first asked for. */
  operatorTunnel(): { readonly securityGroupId: string };
}

/** What an endpoint lets through: of this account's principals only. */
export type EndpointStatement = Pick<PolicyStatement, 'sid' | 'actions' | 'resources'>;

/** Subnets of instances, and how those reach AWS's services. */
export interface InstancePlacement {
  readonly subnetIds: string[];
  /** Security group of the endpoints of AWS services. @default none - reached through the internet or somebody else's endpoints */
  readonly endpointSecurityGroupId?: string;
  /** Prefix list of S3's addresses, reached through the gateway endpoint. @default none */
  readonly s3PrefixListId?: string;
  /** What must exist before an instance can boot. */
  readonly ready: ITerraformDependable[];
}

/** A network that somebody else made. */
export function existingNetwork(
  network: ExistingNetwork,
  operatorTunnel: () => { securityGroupId: string },
): AwsNetwork {
  const placement = { subnetIds: network.privateSubnetIds, ready: [] };
  return {
    vpcId: network.vpcId,
    isDualStack: false,
    publicSubnetIds: network.publicSubnetIds,
    publicReady: [],
    instancePlacement: () => placement,
    reach: () => [],
    fleetPlacement: () => placement,
    operatorTunnel,
  };
}

/**
 * Lets an instance's security group open connections: to the internet where asked, else to AWS's own services only. DNS and
 * time come from the VPC itself, which no security group filters.
 */
export function allowEgress(
  scope: Construct,
  securityGroupId: string,
  placement: InstancePlacement,
  internetEgress: boolean,
): ITerraformDependable[] {
  const https = { securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443 };
  if (internetEgress) {
    const anything = { securityGroupId, ipProtocol: 'tcp', fromPort: 0, toPort: 65535 };
    return [
      new VpcSecurityGroupEgressRule(scope, 'egress-internet', {
        ...anything,
        cidrIpv4: '0.0.0.0/0',
        description: 'TCP to the internet through NAT: the service asked for it',
      }),
    ];
  }
  return (
    toOwnEndpoints(scope, https, placement) ?? [
      new VpcSecurityGroupEgressRule(scope, 'egress-https', {
        ...https,
        cidrIpv4: '0.0.0.0/0',
        description: 'HTTPS to AWS services, by whatever way the existing network has',
      }),
    ]
  );
}

/**
 * Lets a security group reach endpoints inside of the VPC and S3's addresses on port 443, whatever else the network would carry: for
 * machines that run strangers' code. In an existing network, the endpoints are somewhere in the VPC's block.
 */
export function allowEndpointsOnly(
  scope: Construct,
  securityGroupId: string,
  placement: InstancePlacement,
  { vpcId, region }: { readonly vpcId: string; readonly region: string },
): ITerraformDependable[] {
  const https = { securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443 };
  return (
    toOwnEndpoints(scope, https, placement) ?? [
      new VpcSecurityGroupEgressRule(scope, 'egress-endpoints', {
        ...https,
        cidrIpv4: new DataAwsVpc(scope, 'vpc', { id: vpcId }).cidrBlock,
        description: 'HTTPS to the endpoints of AWS services in the VPC',
      }),
      new VpcSecurityGroupEgressRule(scope, 'egress-s3', {
        ...https,
        prefixListId: new DataAwsEc2ManagedPrefixList(scope, 's3-addresses', { name: `com.amazonaws.${region}.s3` }).id,
        description: 'HTTPS to S3 through the gateway endpoint',
      }),
    ]
  );
}

/** HTTPS to the endpoints that the platform made, and to S3 through its gateway endpoint; undefined where there are none. */
function toOwnEndpoints(
  scope: Construct,
  https: { securityGroupId: string; ipProtocol: string; fromPort: number; toPort: number },
  { endpointSecurityGroupId, s3PrefixListId }: InstancePlacement,
): ITerraformDependable[] | undefined {
  if (endpointSecurityGroupId === undefined || s3PrefixListId === undefined) return undefined;
  return [
    new VpcSecurityGroupEgressRule(scope, 'egress-endpoints', {
      ...https,
      referencedSecurityGroupId: endpointSecurityGroupId,
      description: 'HTTPS to the endpoints of AWS services',
    }),
    new VpcSecurityGroupEgressRule(scope, 'egress-s3', {
      ...https,
      prefixListId: s3PrefixListId,
      description: 'HTTPS to S3 through the gateway endpoint',
    }),
  ];
}

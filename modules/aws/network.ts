import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ExistingNetwork } from './aws-platform-props';

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
  /** The security group of the operators' tunnel (EC2 Instance Connect Endpoint), made when first asked for. */
  operatorTunnel(): { readonly securityGroupId: string };
}

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
  return {
    vpcId: network.vpcId,
    isDualStack: false,
    publicSubnetIds: network.publicSubnetIds,
    publicReady: [],
    instancePlacement: () => ({ subnetIds: network.privateSubnetIds, ready: [] }),
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
  if (placement.endpointSecurityGroupId === undefined || placement.s3PrefixListId === undefined) {
    return [
      new VpcSecurityGroupEgressRule(scope, 'egress-https', {
        ...https,
        cidrIpv4: '0.0.0.0/0',
        description: 'HTTPS to AWS services, by whatever way the existing network has',
      }),
    ];
  }
  return [
    new VpcSecurityGroupEgressRule(scope, 'egress-endpoints', {
      ...https,
      referencedSecurityGroupId: placement.endpointSecurityGroupId,
      description: 'HTTPS to the endpoints of AWS services',
    }),
    new VpcSecurityGroupEgressRule(scope, 'egress-s3', {
      ...https,
      prefixListId: placement.s3PrefixListId,
      description: 'HTTPS to S3 through the gateway endpoint',
    }),
  ];
}

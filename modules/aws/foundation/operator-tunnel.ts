import { Ec2InstanceConnectEndpoint } from '@cdktf/provider-aws/lib/ec2-instance-connect-endpoint';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';

/**
 * EC2 Instance Connect Endpoint: operators reach instances on port 22 through the AWS API, with their IAM rights, and
 * never from the internet. A VPC may have one ("Quotas for EC2 Instance Connect Endpoint").
 *
 * `aws ec2-instance-connect ssh --instance-id <id> --connection-type eice`
 */
export class OperatorTunnel extends Construct {
  readonly securityGroupId: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly name: string; readonly vpcId: string; readonly subnetId: string },
  ) {
    super(scope, id);
    const group = new SecurityGroup(this, 'security-group', {
      name: `${props.name}-operators`,
      description: 'EC2 Instance Connect Endpoint of the operators',
      vpcId: props.vpcId,
      tags: { Name: `${props.name}-operators` },
    });
    new Ec2InstanceConnectEndpoint(this, 'endpoint', {
      subnetId: props.subnetId,
      securityGroupIds: [group.id],
      preserveClientIp: false,
      tags: { Name: `${props.name}-operators` },
    });
    this.securityGroupId = group.id;
  }
}

/** SSH from the operators' tunnel to machines, and from nowhere else. */
export function admitOperators(scope: Construct, tunnelSecurityGroupId: string, securityGroupId: string): void {
  const ssh = { ipProtocol: 'tcp', fromPort: 22, toPort: 22 };
  new VpcSecurityGroupEgressRule(scope, 'tunnel-to-instances', {
    ...ssh,
    securityGroupId: tunnelSecurityGroupId,
    referencedSecurityGroupId: securityGroupId,
    description: 'SSH from the tunnel of the operators to the instances',
  });
  new VpcSecurityGroupIngressRule(scope, 'from-tunnel', {
    ...ssh,
    securityGroupId,
    referencedSecurityGroupId: tunnelSecurityGroupId,
    description: 'SSH from the tunnel of the operators',
  });
}

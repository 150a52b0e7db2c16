import { Fn, TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AwsPlatform } from '../modules/aws/platform';
import { declareCloudValues } from './cloud-values';
import { deployPlayground } from './playground';
import { hostAgents } from './programs';
import type { Settings } from './settings';
import { keepState } from './state';
import { deployUserApi } from './user-api';
import { idListVariable, matches, stringVariable, zonesVariable } from './variables';

/** The application on AWS: an Application Load Balancer before an Auto Scaling group. */
export class AwsStack extends TerraformStack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    keepState(this, settings);
    const region = stringVariable(this, settings, 'aws_region', 'AWS region, such as eu-central-1.', {
      rules: [matches('aws_region', '^[a-z]{2}(-[a-z]+)+-[0-9]$', 'an AWS region, such as eu-central-1')],
    });
    const platform = new AwsPlatform(this, 'platform', {
      application: settings.application,
      environment: settings.environment,
      region: region.stringValue,
      deletionProtection: settings.deletionProtection,
      hostAgents: hostAgents(settings),
      existingNetwork: settings.existingNetwork ? this.existingNetwork(settings) : undefined,
      zones: settings.existingNetwork ? undefined : this.zones(),
      dnsFirewall: settings.dnsFirewall,
      existingKeyArn: settings.existingKey
        ? stringVariable(this, settings, 'kms_key_arn', 'ARN of the KMS key that encrypts everything.').stringValue
        : undefined,
      permissionsBoundaryArn: settings.permissionsBoundary
        ? stringVariable(this, settings, 'permissions_boundary_arn', 'ARN of the policy that bounds every role.')
            .stringValue
        : undefined,
    });
    const values = declareCloudValues(this, settings, {
      zone: (domain) => this.zone(settings, domain),
      certificateId: 'ARN of an ACM certificate in the same region, such as `./sandpiper cert import aws` prints.',
      aws: settings.operatorAccess === 'cloud-tunnel' ? { operatorKeyPair: this.operatorKeyPair(settings) } : undefined,
    });
    deployUserApi(this, platform, values);
    if (settings.playground) deployPlayground(this, platform, values);
  }

  /** A zone is usually the domain itself; where it is a parent of it, the variable says so. */
  private zone(settings: Settings, domain: string): string {
    const zone = stringVariable(
      this,
      settings,
      'zone',
      'Route 53 zone that holds the domain; null when it is the domain itself.',
      { default: null },
    );
    return Fn.coalesce([zone.stringValue, domain]);
  }

  /** Debian's images have no agent that takes the tunnel's one-time keys: operators show a key of their own. */
  private operatorKeyPair(settings: Settings): string {
    const keyPair = stringVariable(this, settings, 'operator_key_pair', 'Name of the EC2 key pair of the operators.', {
      rules: [matches('operator_key_pair', '^.{1,255}$', 'the name of an EC2 key pair of the region')],
    });
    new TerraformOutput(this, 'operator_login', {
      value:
        'aws ec2-instance-connect ssh --connection-type eice --os-user admin --private-key-file <file of the key pair> --instance-id <id>',
      description: 'How operators log in to an instance.',
    });
    return keyPair.stringValue;
  }

  private zones(): string[] {
    return zonesVariable(
      this,
      'zones',
      'Names of the two availability zones; an empty list for the first two of the region.',
      2,
    ).listValue;
  }

  private existingNetwork(settings: Settings) {
    return {
      vpcId: stringVariable(this, settings, 'vpc_id', 'Existing VPC.').stringValue,
      publicSubnetIds: idListVariable(this, 'public_subnet_ids', 'Subnets of the load balancer, in at least two zones.')
        .listValue,
      privateSubnetIds: idListVariable(this, 'private_subnet_ids', 'Subnets of the instances, in at least two zones.')
        .listValue,
    };
  }
}

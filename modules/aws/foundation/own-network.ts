import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { Eip } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { addFlowLog } from './flow-log';
import { NameFirewall } from './name-firewall';
import type { AwsNetwork, EndpointStatement, InstancePlacement } from './network';
import { OperatorTunnel } from './operator-tunnel';
import { ServiceEndpoints } from './service-endpoints';
import { addTier, chooseZones, type SubnetTier, type Tier, type Zone } from './subnets';

export interface OwnNetworkProps {
  /** `<application>-<environment>`. */
  readonly name: string;
  readonly application: string;
  readonly environment: string;
  readonly cidr: string;
  readonly zoneCount: number;
  /** Names of the zones. @default - the region's first ones */
  readonly zones?: readonly string[];
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly keyArn: string;
  readonly flowLogRetentionDays: number;
  readonly permissionsBoundaryArn?: string;
  /** Resolve names of AWS's only. */
  readonly dnsFirewall: boolean;
  /** What instances may read through the S3 endpoint. */
  readonly artifactBucketArns: () => readonly string[];
}

/**
 * The platform's own network: dual-stack VPC, public subnets for load balancers, private subnets without a route out for
 * instances. Endpoints of AWS services, NAT and the operators' tunnel are made when a service first needs them.
 */
export class OwnNetwork extends Construct implements AwsNetwork {
  readonly vpcId: string;
  readonly isDualStack = true;
  readonly publicSubnetIds: string[];
  private readonly vpc: Vpc;
  private readonly publicTier: SubnetTier;
  private readonly privateTier: SubnetTier;
  private readonly gateway: InternetGateway;
  private isolated?: InstancePlacement;
  private endpoints?: ServiceEndpoints;
  private egress?: InstancePlacement;
  private tunnel?: OperatorTunnel;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OwnNetworkProps,
  ) {
    super(scope, id);
    this.vpc = new Vpc(this, 'vpc', {
      cidrBlock: props.cidr,
      assignGeneratedIpv6CidrBlock: true,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: props.name },
    });
    this.vpcId = this.vpc.id;
    // Without rules: nothing that forgets to name a security group gets a working one.
    new DefaultSecurityGroup(this, 'default-security-group', {
      vpcId: this.vpc.id,
      tags: { Name: `${props.name}-default-closed` },
    });
    addFlowLog(this, { ...props, vpcId: this.vpc.id });
    this.gateway = new InternetGateway(this, 'internet-gateway', { vpcId: this.vpc.id, tags: { Name: props.name } });
    this.publicTier = this.addTier('public', 'one', chooseZones(this, props));
    this.privateTier = this.addTier('private', 'one', this.zones());
    const routeTableId = this.publicTier.routeTables[0]!.id;
    new Route(this, 'public-ipv4', { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: this.gateway.id });
    new Route(this, 'public-ipv6', { routeTableId, destinationIpv6CidrBlock: '::/0', gatewayId: this.gateway.id });
    this.publicSubnetIds = this.publicTier.ids;
    if (props.dnsFirewall) {
      const hasEgress = () => this.egress !== undefined;
      new NameFirewall(this, 'name-firewall', { ...props, vpcId: this.vpc.id, hasEgress });
    }
  }

  get publicReady(): ITerraformDependable[] {
    return [this.gateway, ...this.publicTier.ready];
  }

  instancePlacement(internetEgress: boolean): InstancePlacement {
    if (internetEgress) return (this.egress ??= this.addEgress());
    return (this.isolated ??= this.addIsolated());
  }

  reach(service: string, ...statements: readonly EndpointStatement[]): ITerraformDependable[] {
    this.instancePlacement(false);
    return [this.endpoints!.reach(service, statements)];
  }

  fleetPlacement(id: string, services: readonly string[]): InstancePlacement {
    const placement = this.instancePlacement(false);
    return { ...placement, endpointSecurityGroupId: this.endpoints!.mark(id, services) };
  }

  operatorTunnel(): { readonly securityGroupId: string } {
    this.tunnel ??= new OperatorTunnel(this, 'operator-tunnel', {
      name: this.props.name,
      vpcId: this.vpc.id,
      subnetId: this.privateTier.subnets[0]!.id,
    });
    return this.tunnel;
  }

  private addTier(tier: Tier, routeTables: 'one' | 'per-zone', zones: readonly Zone[]): SubnetTier {
    const { name, cidr } = this.props;
    return addTier(this, tier, { name, vpc: this.vpc, zones, cidr, routeTables });
  }

  /** Those of the public subnets, whatever they are called today: a load balancer reaches no other. */
  private zones(): Zone[] {
    return this.publicTier.subnets.map(({ availabilityZone }) => ({ name: availabilityZone }));
  }

  private addIsolated(): InstancePlacement {
    const endpoints = (this.endpoints = new ServiceEndpoints(this, 'endpoints', {
      ...this.props,
      vpcId: this.vpc.id,
      vpcCidr: this.vpc.cidrBlock,
      artifactBucketArns: this.props.artifactBucketArns(),
      subnetIds: this.privateTier.ids,
      routeTableIds: this.privateTier.routeTables.map((table) => table.id),
    }));
    return {
      subnetIds: this.privateTier.ids,
      endpointSecurityGroupId: endpoints.securityGroupId,
      s3PrefixListId: endpoints.s3PrefixListId,
      ready: [...this.privateTier.ready, ...endpoints.ready],
    };
  }

  /** One NAT gateway in each zone: a zone that fails takes no other's way out with it. */
  private addEgress(): InstancePlacement {
    const tier = this.addTier('egress', 'per-zone', this.zones());
    const routes = this.publicTier.subnets.map((subnet, index) => {
      const name = `${this.props.name}-${index}`;
      const address = new Eip(this, `nat-address-${index}`, { domain: 'vpc', tags: { Name: name } });
      const nat = new NatGateway(this, `nat-${index}`, {
        allocationId: address.id,
        subnetId: subnet.id,
        tags: { Name: name },
        dependsOn: [this.gateway],
      });
      return new Route(this, `egress-ipv4-${index}`, {
        routeTableId: tier.routeTables[index]!.id,
        destinationCidrBlock: '0.0.0.0/0',
        natGatewayId: nat.id,
      });
    });
    return { subnetIds: tier.ids, ready: [...tier.ready, ...routes] };
  }
}

import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import type { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import type { AwsEnvironment } from '../foundation/environment';
import { allowEgress } from '../foundation/network';
import { admitOperators } from '../foundation/operator-tunnel';
import { tagEverything } from '../foundation/tag-everything';
import { renderBootScript } from '../../machine/boot-script';
import { addAlarms } from './alarms';
import { machineSpec, storePrograms } from './programs';
import type { AwsService } from './service';
import { describeAwsPart } from '../foundation/part';
import { addCertificates } from './certificate';
import { addDnsRecords, findZone } from './dns';
import { addFirewall } from './firewall';
import { addInstanceIdentity } from './instance-role';
import { addInstances } from './instances';
import { addListeners } from './listener';
import { addLoadBalancer, addSecurityGroups, addTargetGroup } from './load-balancer';
import { checkAwsTlsService } from './options';
import { addScaling } from './scaling';
import { addSecrets } from './secret';
import { resolveTlsServiceProps } from '../../tls-service/resolve';
import type { ITlsService, TlsServiceProps } from '../../tls-service/tls-service';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** {@link TlsServiceProps} and the platform that holds the service. */
export interface AwsAlbTlsServiceProps extends TlsServiceProps {
  readonly platform: AwsEnvironment;
}

/**
 * A TLS service on AWS: Application Load Balancer -> Auto Scaling group of instances in private subnets.
 * Made by {@link AwsPlatform.tlsService}. The resources are public, as escape hatches; their construct ids are API.
 */
export class AwsAlbTlsService extends Construct implements ITlsService {
  readonly url: string;
  readonly hostName: string;
  readonly loadBalancerAddress: string;
  readonly instanceIdentity: string;

  readonly loadBalancer: Lb;
  readonly targetGroup: LbTargetGroup;
  readonly httpsListener: LbListener;
  readonly launchTemplate: LaunchTemplate;
  readonly group: AutoscalingGroup;
  readonly role: IamRole;
  readonly instanceSecurityGroupId: string;
  readonly logGroup: CloudwatchLogGroup;
  /** Carries the alarms; subscribe to it what should know of them. */
  readonly alarmTopic: SnsTopic;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(scope: Construct, id: string, { platform, ...given }: AwsAlbTlsServiceProps) {
    super(scope, id);
    const props = resolveTlsServiceProps(given);
    checkAwsTlsService(id, props);
    const { network } = platform;
    const service: AwsService = {
      ...describeAwsPart(this, id, platform, props.tags),
      props,
      isDualStack: props.aws?.dualStack ?? network.isDualStack,
    };
    tagEverything(this, service.tags);

    const securityGroups = addSecurityGroups(service);
    this.loadBalancer = addLoadBalancer(service, { securityGroup: securityGroups.loadBalancer });
    this.targetGroup = addTargetGroup(service);
    const front = { loadBalancer: this.loadBalancer, targetGroup: this.targetGroup };
    const zone = findZone(this, props);
    const listeners = addListeners(service, { ...front, certificates: addCertificates(this, props.certificate) });
    this.httpsListener = listeners.https;
    addDnsRecords(service, { ...front, zone });

    this.logGroup = new CloudwatchLogGroup(this, 'log', {
      name: `/${platform.application}/${platform.environment}/${id}`,
      retentionInDays: props.logRetentionDays,
      kmsKeyId: platform.keyArn,
    });
    guardAgainstDeletion(this.logGroup, props.deletionProtection);
    const programs = storePrograms(service);
    const secrets = addSecrets(service);
    const identity = addInstanceIdentity(service, {
      artifacts: [programs.artifact, programs.hostAgent],
      secrets,
      logGroupArn: this.logGroup.arn,
    });
    this.role = identity.role;

    const placement = network.instancePlacement(props.internetEgress);
    const securityGroupId = securityGroups.instance.id;
    this.instanceSecurityGroupId = securityGroupId;
    const egress = allowEgress(this, securityGroupId, placement, props.internetEgress);
    const instances = addInstances(service, {
      ...front,
      placement,
      securityGroupId,
      identity,
      userData: renderBootScript(machineSpec(service, { programs, secrets, logGroup: this.logGroup.name })),
      ready: [...listeners.rules, ...identity.ready, ...placement.ready, ...egress],
    });
    this.launchTemplate = instances.launchTemplate;
    this.group = instances.group;
    addScaling(service, { ...front, group: this.group });
    if (props.operatorAccess === 'cloud-tunnel')
      admitOperators(this, network.operatorTunnel().securityGroupId, securityGroupId);
    this.alarmTopic = addAlarms(service, front);
    if (props.firewall) addFirewall(service, { ...front, firewall: props.firewall });

    this.loadBalancerAddress = this.loadBalancer.dnsName;
    this.hostName = props.hostNames[0] ?? this.loadBalancer.dnsName;
    this.url = `https://${this.hostName}`;
    this.instanceIdentity = identity.role.arn;
  }
}

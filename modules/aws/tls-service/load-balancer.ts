import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { physicalName } from '../../props/physical-name';
import type { AwsService } from './service';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Longest name of a load balancer and of a target group (Elastic Load Balancing API reference, CreateLoadBalancer). */
export const LOAD_BALANCER_NAME_CHARACTERS = 32;

/** The two security groups of a service and every rule between them. */
export interface ServiceSecurityGroups {
  readonly loadBalancer: SecurityGroup;
  readonly instance: SecurityGroup;
}

/** Internet -> load balancer on 443 and 80; load balancer -> instances on the service's port; nothing else inwards. */
export function addSecurityGroups(service: AwsService): ServiceSecurityGroups {
  const { scope, platform, props, isDualStack } = service;
  const name = service.name();
  const { vpcId } = platform.network;
  const loadBalancer = new SecurityGroup(scope, 'load-balancer-security-group', {
    name: `${name}-lb`,
    description: `Load balancer of ${name}`,
    vpcId,
    tags: { Name: `${name}-lb` },
  });
  const instance = new SecurityGroup(scope, 'instance-security-group', {
    name: `${name}-instance`,
    description: `Instances of ${name}`,
    vpcId,
    tags: { Name: `${name}-instance` },
  });
  const open = [
    { id: 'https', port: 443, description: 'HTTPS from the internet' },
    { id: 'http', port: 80, description: 'HTTP from the internet, answered with a redirect to HTTPS' },
  ];
  for (const { id, port, description } of open) {
    const rule = { securityGroupId: loadBalancer.id, ipProtocol: 'tcp', fromPort: port, toPort: port, description };
    new VpcSecurityGroupIngressRule(scope, `${id}-ipv4`, { ...rule, cidrIpv4: '0.0.0.0/0' });
    if (isDualStack) new VpcSecurityGroupIngressRule(scope, `${id}-ipv6`, { ...rule, cidrIpv6: '::/0' });
  }
  const ports = { ipProtocol: 'tcp', fromPort: props.port, toPort: props.port };
  new VpcSecurityGroupEgressRule(scope, 'to-instances', {
    ...ports,
    securityGroupId: loadBalancer.id,
    referencedSecurityGroupId: instance.id,
    description: 'Requests and health checks to the instances',
  });
  new VpcSecurityGroupIngressRule(scope, 'from-load-balancer', {
    ...ports,
    securityGroupId: instance.id,
    referencedSecurityGroupId: loadBalancer.id,
    description: 'Requests and health checks from the load balancer',
  });
  return { loadBalancer, instance };
}

/** The load balancer itself: internet-facing, strict about malformed requests, protected from deletion, logging each request. */
export function addLoadBalancer(
  service: AwsService,
  options: {
    readonly securityGroup: SecurityGroup;
  },
): Lb {
  const { scope, id, platform, props } = service;
  const { accessLogs, network } = platform;
  const loadBalancer = new Lb(scope, 'load-balancer', {
    name: physicalName([platform.application, platform.environment, id], LOAD_BALANCER_NAME_CHARACTERS),
    loadBalancerType: 'application',
    internal: false,
    ipAddressType: service.isDualStack ? 'dualstack' : 'ipv4',
    subnets: network.publicSubnetIds,
    securityGroups: [options.securityGroup.id],
    idleTimeout: props.idleTimeoutSeconds,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: 'defensive',
    enableDeletionProtection: props.deletionProtection,
    enableHttp2: true,
    accessLogs: props.accessLogs
      ? {
          enabled: true,
          bucket: accessLogs.bucket,
          prefix: accessLogs.loadBalancerPrefix(id, props.accessLogs.retentionDays),
        }
      : undefined,
    dependsOn: [...network.publicReady, ...(props.accessLogs ? accessLogs.ready : [])],
  });
  guardAgainstDeletion(loadBalancer, props.deletionProtection);
  return loadBalancer;
}

/** Where requests are forwarded to: instances that answered the health check with the expected status. */
export function addTargetGroup({ scope, id, platform, props }: AwsService): LbTargetGroup {
  const { healthCheck } = props;
  return new LbTargetGroup(scope, 'target-group', {
    // The port is in the name: another port is another target group, made before the old one goes.
    name: physicalName(
      [platform.application, platform.environment, id, String(props.port)],
      LOAD_BALANCER_NAME_CHARACTERS,
    ),
    vpcId: platform.network.vpcId,
    targetType: 'instance',
    protocol: 'HTTP',
    protocolVersion: 'HTTP1',
    port: props.port,
    deregistrationDelay: String(props.drainSeconds),
    stickiness: { enabled: false, type: 'lb_cookie' },
    healthCheck: {
      enabled: true,
      protocol: 'HTTP',
      port: 'traffic-port',
      path: healthCheck.path,
      matcher: String(healthCheck.expectedStatus),
      interval: healthCheck.intervalSeconds,
      timeout: healthCheck.timeoutSeconds,
      healthyThreshold: healthCheck.healthyThreshold,
      unhealthyThreshold: healthCheck.unhealthyThreshold,
    },
    lifecycle: { createBeforeDestroy: true },
  });
}

import { DataAwsRoute53Zone } from '@cdktf/provider-aws/lib/data-aws-route53-zone';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import type { Construct } from 'constructs';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';
import type { AwsService } from './service';

/** Looks up the public zone that holds the host names; undefined where no DNS is to be written. */
export function findZone(scope: Construct, { zone }: ResolvedTlsServiceProps): DataAwsRoute53Zone | undefined {
  return zone === undefined ? undefined : zoneNamed(scope, zone);
}

/** The public zone of a service, which is looked up once. */
export function zoneNamed(scope: Construct, name: string): DataAwsRoute53Zone {
  const known = scope.node.tryFindChild('zone') as DataAwsRoute53Zone | undefined;
  return known ?? new DataAwsRoute53Zone(scope, 'zone', { name, privateZone: false });
}

/** Points every host name at the load balancer: A, and AAAA where it has IPv6. */
export function addDnsRecords(
  service: AwsService,
  options: {
    readonly zone: DataAwsRoute53Zone | undefined;
    readonly loadBalancer: Lb;
  },
): void {
  const { scope, props, isDualStack } = service;
  const { zone, loadBalancer } = options;
  if (zone === undefined) return;
  // With one load balancer there is nowhere else to send clients: following its health would only make the name vanish.
  const alias = { name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: false };
  props.hostNames.forEach((name, index) => {
    new Route53Record(scope, `dns-ipv4-${index}`, { zoneId: zone.zoneId, name, type: 'A', alias });
    if (isDualStack) new Route53Record(scope, `dns-ipv6-${index}`, { zoneId: zone.zoneId, name, type: 'AAAA', alias });
  });
}

import { FirewallRules } from '../foundation/firewall-rules';
import type { GcpService } from './service';
import { HEALTH_BRIDGE_PORT } from '../../tls-service/resolve';

/** Google's front ends and health probes (Cloud Load Balancing, "Firewall rules": global external ALB). */
const LOAD_BALANCER_RANGES = ['35.191.0.0/16', '130.211.0.0/22'];

/** Who may reach the service's instances, and whom they may reach. Each rule applies to the service's account only. */
export function addNetworkRules(service: GcpService, account: string): void {
  const { props, platform, id } = service;
  const { network } = platform;
  const rules = new FirewallRules(service, account);
  rules.allowIngress(
    'allow-load-balancer',
    `Google's front ends and health probes to ${id}`,
    LOAD_BALANCER_RANGES,
    [props.port, HEALTH_BRIDGE_PORT].map(String),
  );
  if (props.operatorAccess === 'cloud-tunnel') rules.allowOperators();
  if (props.internetEgress) {
    network.addInternetEgress();
    rules.allowEgress('allow-internet', `${id} to the internet, through Cloud NAT`, ['0.0.0.0/0']);
  } else {
    rules.allowGoogleApis();
  }
  // The platform's own network refuses the rest by itself.
  if (network.isOwn) return;
  rules.denyIngress();
  if (!props.internetEgress) rules.denyEgress();
}

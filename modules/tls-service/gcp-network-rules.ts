import { ComputeFirewall, type ComputeFirewallConfig } from '@cdktf/provider-google/lib/compute-firewall';
import type { GcpService } from './gcp-service';
import { HEALTH_BRIDGE_PORT } from './resolve';

/** Google's front ends and health probes (Cloud Load Balancing, "Firewall rules": global external ALB). */
const LOAD_BALANCER_RANGES = ['35.191.0.0/16', '130.211.0.0/22'];
/** IAP for TCP forwarding (Identity-Aware Proxy, "Using IAP for TCP forwarding"). */
const IAP_RANGES = ['35.235.240.0/20'];

/** A smaller number goes first. In an existing network the refusals must come before its owner's own rules (1000 by default). */
const PRIORITY = { allow: 800, deny: 900 } as const;

/** Who may reach the service's instances, and whom they may reach. Each rule applies to the service's account only. */
export function addNetworkRules(service: GcpService, account: string): void {
  const { props, platform } = service;
  const { network } = platform;
  const add = (id: string, rule: Omit<ComputeFirewallConfig, 'name' | 'network'>) =>
    new ComputeFirewall(service.scope, id, {
      ...rule,
      name: service.name(id),
      network: network.network,
      targetServiceAccounts: [account],
      logConfig: { metadata: 'INCLUDE_ALL_METADATA' },
    });

  add('allow-load-balancer', {
    description: `Google's front ends and health probes to ${service.id}`,
    direction: 'INGRESS',
    priority: PRIORITY.allow,
    sourceRanges: LOAD_BALANCER_RANGES,
    allow: [{ protocol: 'tcp', ports: [String(props.port), String(HEALTH_BRIDGE_PORT)] }],
  });
  if (props.operatorAccess === 'cloud-tunnel') {
    platform.apis.enable('iap.googleapis.com');
    add('allow-iap-ssh', {
      description: `Operators to ${service.id} by SSH, through Identity-Aware Proxy only`,
      direction: 'INGRESS',
      priority: PRIORITY.allow,
      sourceRanges: IAP_RANGES,
      allow: [{ protocol: 'tcp', ports: ['22'] }],
    });
  }
  if (props.internetEgress) {
    network.addInternetEgress();
    add('allow-internet', {
      description: `${service.id} to the internet, through Cloud NAT`,
      direction: 'EGRESS',
      priority: PRIORITY.allow,
      destinationRanges: ['0.0.0.0/0'],
      allow: [{ protocol: 'all' }],
    });
  } else {
    add('allow-google-apis', {
      description: `${service.id} to Google's APIs`,
      direction: 'EGRESS',
      priority: PRIORITY.allow,
      destinationRanges: [...network.googleApiRanges],
      allow: [{ protocol: 'tcp', ports: ['443'] }],
    });
  }
  // The platform's own network refuses the rest by itself.
  if (network.isOwn) return;
  add('deny-ingress', {
    description: `Nothing else to ${service.id}`,
    direction: 'INGRESS',
    priority: PRIORITY.deny,
    sourceRanges: ['0.0.0.0/0'],
    deny: [{ protocol: 'all' }],
  });
  if (!props.internetEgress) {
    add('deny-egress', {
      description: `${service.id} to nothing else`,
      direction: 'EGRESS',
      priority: PRIORITY.deny,
      destinationRanges: ['0.0.0.0/0'],
      deny: [{ protocol: 'all' }],
    });
  }
}

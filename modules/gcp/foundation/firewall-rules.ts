import { ComputeFirewall, type ComputeFirewallConfig } from '@cdktf/provider-google/lib/compute-firewall';
import type { GcpPart } from './part';

/** A smaller number goes first. In an existing network the refusals must come before its owner's own rules (1000 by default). */
const PRIORITY = { allow: 800, deny: 900 } as const;
/** IAP for TCP forwarding (Identity-Aware Proxy, "Using IAP for TCP forwarding"). */
const IAP_RANGES = ['35.235.240.0/20'];
const EVERYWHERE = ['0.0.0.0/0'];

/** Who may reach the machines of a service account, and whom they may reach. Every rule is logged. */
export class FirewallRules {
  constructor(
    private readonly part: GcpPart,
    private readonly account: string,
  ) {}

  /** From somewhere to the machines. */
  allowIngress(id: string, description: string, sourceRanges: readonly string[], ports: readonly string[]): void {
    this.add(id, {
      description,
      direction: 'INGRESS',
      priority: PRIORITY.allow,
      sourceRanges: [...sourceRanges],
      allow: [{ protocol: 'tcp', ports: [...ports] }],
    });
  }

  /** From the machines to somewhere: to all ports unless they are named. */
  allowEgress(
    id: string,
    description: string,
    destinationRanges: readonly string[],
    ports?: readonly string[],
  ): ComputeFirewall {
    const allow = ports === undefined ? { protocol: 'all' } : { protocol: 'tcp', ports: [...ports] };
    return this.add(id, {
      description,
      direction: 'EGRESS',
      priority: PRIORITY.allow,
      destinationRanges: [...destinationRanges],
      allow: [allow],
    });
  }

  /** Operators by SSH, through Identity-Aware Proxy only. */
  allowOperators(): void {
    this.part.platform.apis.enable('iap.googleapis.com');
    const description = `Operators to ${this.part.id} by SSH, through Identity-Aware Proxy only`;
    this.allowIngress('allow-iap-ssh', description, IAP_RANGES, ['22']);
  }

  /** To where Google's APIs are reached from this network. */
  allowGoogleApis(): ComputeFirewall {
    const { id, platform } = this.part;
    return this.allowEgress('allow-google-apis', `${id} to Google's APIs`, platform.network.googleApiRanges, ['443']);
  }

  denyIngress(): void {
    this.add('deny-ingress', {
      description: `Nothing else to ${this.part.id}`,
      direction: 'INGRESS',
      priority: PRIORITY.deny,
      sourceRanges: EVERYWHERE,
      deny: [{ protocol: 'all' }],
    });
  }

  denyEgress(): ComputeFirewall {
    return this.add('deny-egress', {
      description: `${this.part.id} to nothing else`,
      direction: 'EGRESS',
      priority: PRIORITY.deny,
      destinationRanges: EVERYWHERE,
      deny: [{ protocol: 'all' }],
    });
  }

  private add(id: string, rule: Omit<ComputeFirewallConfig, 'name' | 'network'>): ComputeFirewall {
    return new ComputeFirewall(this.part.scope, id, {
      ...rule,
      name: this.part.name(id),
      network: this.part.platform.network.network,
      targetServiceAccounts: [this.account],
      logConfig: { metadata: 'INCLUDE_ALL_METADATA' },
    });
  }
}

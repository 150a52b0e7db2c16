import type { Words } from './reading';
import type { ResourceGroup } from './shown';
import type { StackTree, TreeResource } from './stack-tree';
import { numberOf } from './terraform-number';
import { bootVariable, counted, duration, hostName, range, timesEach } from './words';

/** What is written on the card of a group on GCP. */
export function gcpWords(tree: StackTree, group: ResourceGroup): Words {
  const ofType = (type: string): TreeResource[] => group.resources.filter((resource) => resource.type === type);
  const number = (value: unknown): number | undefined => numberOf(value, tree.variables);
  switch (group.kind) {
    case 'front':
      return frontWords(ofType);
    case 'machines':
      return machinesWords(group, ofType, number);
    case 'queue': {
      const { ack_deadline_seconds: hidden, message_retention_duration: kept } =
        ofType('google_pubsub_subscription')[0]?.attributes ?? {};
      const retention = Number.parseInt(String(kept), 10);
      return {
        title: 'Queue',
        product: 'Pub/Sub',
        lines: ['topic and subscription', `a claim holds ${hidden} s`, `kept for ${duration(retention)}`],
        facts: { visibilitySeconds: hidden as number, retentionSeconds: retention },
      };
    }
    case 'event-store': {
      const {
        engine_version: version,
        replica_count: replicas,
        zone_distribution_config: zones,
        ...store
      } = group.resources[0]!.attributes;
      const [, major, minor] = /VALKEY_(\d+)_(\d+)/.exec(String(version)) ?? [];
      return {
        title: 'Event store',
        product: `Memorystore for Valkey ${major}.${minor}`,
        lines: [
          `${counted(Number(replicas), 'replica')}${zones?.mode === 'MULTI_ZONE' ? ', in another zone' : ''}`,
          ...(store.authorization_mode === 'IAM_AUTH' ? ['IAM tokens, no password'] : []),
        ],
        facts: {
          replicas: Number(replicas),
          ...(store.transit_encryption_mode === 'SERVER_AUTHENTICATION' ? { tls: 'TLS' } : {}),
        },
      };
    }
    case 'gate':
      return {
        title: 'Private Google Access',
        lines: [
          `*.${String(ofType('google_dns_managed_zone')[0]?.attributes.dns_name).replace(/\.$/, '')}`,
          'restricted.googleapis.com only',
        ],
      };
    case 'names': {
      const names = ofType('google_dns_record_set').filter(({ attributes }) => attributes.type === 'A');
      return { title: 'DNS', product: 'Cloud DNS', lines: names.map(({ attributes }) => hostName(attributes.name)) };
    }
    case 'secrets': {
      const secrets = ofType('google_secret_manager_secret').map(({ id }) => id.replace(/^secret-/, ''));
      return { title: 'Secrets', product: 'Secret Manager', lines: timesEach(secrets) };
    }
    case 'programs':
      return { title: 'Programs', product: 'Cloud Storage', lines: ['by SHA-256'] };
    case 'logs': {
      const buckets = ofType('google_logging_project_bucket_config');
      const days = [...new Set(buckets.map(({ attributes }) => attributes.retention_days as number))].sort(
        (a, b) => a - b,
      );
      return {
        title: 'Logs',
        product: 'Cloud Logging',
        lines: [`${counted(buckets.length, 'log bucket')}, ${days.join(' or ')} days`],
      };
    }
    case 'alarms':
      return {
        title: 'Alarms',
        product: 'Cloud Monitoring',
        lines: [
          `${counted(ofType('google_monitoring_alert_policy').length, 'alarm')}, ${counted(ofType('google_monitoring_dashboard').length, 'dashboard')}`,
          `${counted(ofType('google_monitoring_uptime_check_config').length, 'check')} from outside`,
        ],
      };
    case 'key':
      return { title: 'Key', product: 'Cloud KMS', lines: ['encrypts disks, queues, secrets, logs, events'] };
  }
}

function frontWords(ofType: (type: string) => TreeResource[]): Words {
  const ports = (kind: string): unknown =>
    ofType('google_compute_global_forwarding_rule').find(({ attributes }) =>
      String(attributes.target).includes(`google_compute_target_${kind}_proxy.`),
    )?.attributes.port_range;
  const http = ports('http');
  const [, minimum] =
    /TLS_1_(\d)/.exec(String(ofType('google_compute_ssl_policy')[0]?.attributes.min_tls_version)) ?? [];
  const paths = ofType('google_compute_url_map')
    .flatMap(({ attributes }) => (attributes.path_matcher ?? []) as { path_rule?: { paths: string[] }[] }[])
    .flatMap(({ path_rule = [] }) => path_rule.flatMap((rule) => rule.paths));
  const hosts = ofType('google_compute_url_map')
    .flatMap(({ attributes }) => (attributes.host_rule ?? []) as { hosts: string[] }[])
    .flatMap((rule) => rule.hosts);
  return {
    title: 'Load balancer',
    product: 'Global external Application Load Balancer',
    lines: [
      ...hosts.map(hostName),
      `HTTPS ${ports('https')}, TLS 1.${minimum ?? '?'}+`,
      ...(http === undefined ? [] : [`HTTP ${http}: redirect`]),
      `${counted(paths.length, 'public path')}, else 404`,
    ],
    facts: { port: Number(ports('https')), minimumTls: `1.${minimum}`, paths: paths.length },
  };
}

function machinesWords(
  group: ResourceGroup,
  ofType: (type: string) => TreeResource[],
  number: (value: unknown) => number | undefined,
): Words {
  const slots = /^\d+$/.exec(bootVariable(group, 'SANDPIPER_SLOTS') ?? '')?.[0];
  const bounds = ofType('google_compute_region_instance_group_manager').map((manager) => {
    const autoscaler = ofType('google_compute_region_autoscaler').find(({ references }) =>
      references.has(manager.address),
    );
    const { min_replicas: least, max_replicas: most } = autoscaler?.attributes.autoscaling_policy ?? {};
    const size = number(manager.attributes.target_size);
    const template = ofType('google_compute_region_instance_template').find(({ address }) =>
      manager.references.has(address),
    );
    return {
      from: autoscaler ? number(least) : size,
      to: autoscaler ? number(most) : size,
      type: String(template?.attributes.machine_type),
      isSpot: template?.attributes.scheduling?.provisioning_model === 'SPOT',
    };
  });
  const total = (of: 'from' | 'to'): number | undefined =>
    bounds.reduce<number | undefined>(
      (sum, bound) => (sum === undefined || bound[of] === undefined ? undefined : sum + bound[of]),
      0,
    );
  const hasSpot = bounds.some(({ isSpot }) => isSpot);
  return {
    title: group.key,
    product: counted(bounds.length, 'managed group'),
    lines: [
      ...bounds.map(
        ({ from, to, type, isSpot }) =>
          `${range(from, to)} × ${type}${isSpot ? ', spot' : hasSpot ? ', standard' : ''}`,
      ),
      ...(slots === undefined ? [] : [`${slots} jobs at once on each`]),
    ],
    facts: { machines: range(total('from'), total('to')), ...(slots === undefined ? {} : { slots }) },
  };
}

import type { Words } from './reading';
import type { ResourceGroup } from './shown';
import type { StackTree, TreeResource } from './stack-tree';
import { numberOf } from './terraform-number';
import { bootVariable, counted, duration, hostName, range, timesEach } from './words';

/** What is written on the card of a group on AWS. */
export function awsWords(tree: StackTree, group: ResourceGroup): Words {
  const ofType = (type: string): TreeResource[] => group.resources.filter((resource) => resource.type === type);
  const number = (value: unknown): number | undefined => numberOf(value, tree.variables);
  switch (group.kind) {
    case 'front':
      return frontWords(ofType);
    case 'machines':
      return machinesWords(group, ofType, number);
    case 'queue': {
      const { visibility_timeout_seconds: hidden, message_retention_seconds: kept } = group.resources[0]!.attributes;
      return {
        title: 'Queue',
        product: 'Amazon SQS',
        lines: [...(hidden === undefined ? [] : [`a claim holds ${hidden} s`]), `kept for ${duration(Number(kept))}`],
        facts: { visibilitySeconds: hidden as number, retentionSeconds: kept as number },
      };
    }
    case 'event-store': {
      const {
        engine_version: version,
        num_cache_clusters: nodes,
        multi_az_enabled: zones,
        ...store
      } = group.resources[0]!.attributes;
      const replicas = Number(nodes) - 1;
      return {
        title: 'Event store',
        product: `ElastiCache for Valkey ${version}`,
        lines: [
          `${counted(replicas, 'replica')}${zones ? ', in another zone' : ''}`,
          ...(store.user_group_ids === undefined ? [] : ['IAM tokens, no password']),
        ],
        facts: { replicas, ...(store.transit_encryption_mode === 'required' ? { tls: 'TLS' } : {}) },
      };
    }
    case 'gate': {
      const services = ofType('aws_vpc_endpoint').map(({ attributes }) =>
        String(attributes.service_name).split('.').pop(),
      );
      return { title: 'VPC endpoints', lines: [services.sort().join(' · '), 'each lets through what is named'] };
    }
    case 'names': {
      const names = ofType('aws_route53_record').filter(({ attributes }) => attributes.type === 'A');
      return { title: 'DNS', product: 'Route 53', lines: names.map(({ attributes }) => hostName(attributes.name)) };
    }
    case 'secrets': {
      const secrets = ofType('aws_secretsmanager_secret').map(({ attributes }) =>
        String(attributes.name).split('/').at(-1)!,
      );
      return { title: 'Secrets', product: 'Secrets Manager', lines: timesEach(secrets) };
    }
    case 'programs':
      return { title: 'Programs', product: 'Amazon S3', lines: ['by SHA-256, versioned'] };
    case 'logs': {
      const groups = ofType('aws_cloudwatch_log_group');
      const days = [...new Set(groups.map(({ attributes }) => attributes.retention_in_days as number))].sort(
        (a, b) => a - b,
      );
      const buckets = ofType('aws_s3_bucket').length;
      return {
        title: 'Logs',
        product: 'CloudWatch Logs',
        lines: [
          `${counted(groups.length, 'log group')}, ${days.join(' or ')} days`,
          ...(buckets > 0 ? ['requests: in S3'] : []),
        ],
      };
    }
    case 'alarms':
      return {
        title: 'Alarms',
        product: 'CloudWatch, SNS',
        lines: [
          `${counted(ofType('aws_cloudwatch_metric_alarm').length, 'alarm')}, ${counted(ofType('aws_cloudwatch_dashboard').length, 'dashboard')}`,
          `${counted(ofType('aws_sns_topic').length, 'topic')}, told by mail`,
        ],
      };
    case 'key':
      return { title: 'Key', product: 'AWS KMS', lines: ['encrypts disks, queues, secrets, logs, events'] };
  }
}

function frontWords(ofType: (type: string) => TreeResource[]): Words {
  const listeners = ofType('aws_lb_listener').map(({ attributes }) => attributes);
  const https = listeners.find(({ protocol }) => protocol === 'HTTPS');
  const http = listeners.find(({ protocol }) => protocol === 'HTTP');
  // Such as ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09: TLS 1.3, and 1.2 for those who lack it.
  const [, minimum] = /TLS13-1-(\d)/.exec(String(https?.ssl_policy)) ?? [];
  const conditions = ofType('aws_lb_listener_rule')
    .filter(({ attributes }) => attributes.action[0].type === 'forward')
    .flatMap(({ attributes }) => attributes.condition as Record<string, { readonly values: string[] } | undefined>[]);
  const paths = conditions.flatMap(({ path_pattern: pattern }) => pattern?.values ?? []);
  const hosts = conditions.flatMap(({ host_header: header }) => header?.values ?? []);
  return {
    title: 'Load balancer',
    product: 'Application Load Balancer',
    lines: [
      ...new Set(hosts.map(hostName)),
      `HTTPS ${https?.port}, TLS 1.${minimum ?? '?'}+`,
      ...(http ? [`HTTP ${http.port}: redirect`] : []),
      `${counted(paths.length, 'public path')}, else 404`,
    ],
    facts: { port: https?.port as number, minimumTls: `1.${minimum}`, paths: paths.length },
  };
}

function machinesWords(
  group: ResourceGroup,
  ofType: (type: string) => TreeResource[],
  number: (value: unknown) => number | undefined,
): Words {
  const { attributes: scaling } = ofType('aws_autoscaling_group')[0]!;
  const types = (scaling.mixed_instances_policy?.launch_template.override ?? []) as { instance_type: string }[];
  const type = types[0]?.instance_type ?? String(ofType('aws_launch_template')[0]?.attributes.instance_type);
  const machines = range(number(scaling.min_size), number(scaling.max_size));
  const base = number(scaling.mixed_instances_policy?.instances_distribution.on_demand_base_capacity);
  const slots = /^\d+$/.exec(bootVariable(group, 'SANDPIPER_SLOTS') ?? '')?.[0];
  return {
    title: group.key,
    product: 'Auto Scaling group',
    lines: [
      `${machines} × ${type}${types.length > 1 ? ' or alike' : ''}`,
      ...(base === undefined ? [] : [`${base} on demand, the rest spot`]),
      ...(slots === undefined ? [] : [`${slots} jobs at once on each`]),
    ],
    facts: { machines, ...(slots === undefined ? {} : { slots }) },
  };
}

import type { PlannedResource } from '../planned-stack';
import { wildcardsInPolicies } from './aws-iam';
import { each, hasCompanion, type Rule } from './rule';

/** ALB policies that refuse everything below TLS 1.2 ("Security policies for your Application Load Balancer"). */
const TLS_12_POLICY = /^ELBSecurityPolicy-TLS13-1-[23]-/;

const keyOf = (attribute: string) => (resource: PlannedResource) =>
  !resource.written[attribute] && `has no ${attribute}: it is encrypted with a key that nobody can withdraw`;

/** What the plan of stacks/aws-stack.ts promises. */
export const AWS_RULES: readonly Rule[] = [
  {
    id: 'encrypted',
    promise:
      'disks, buckets, secrets, logs, topics, queues and event stores are encrypted, all but the request logs with the key of the platform; event stores speak TLS',
    breaches: (resources) => [
      ...each(
        resources,
        'aws_launch_template',
        ({ planned }) =>
          !(planned.block_device_mappings as any[]).every(({ ebs }) => ebs[0].encrypted === 'true') &&
          'has a plain disk',
      ),
      ...each(
        resources,
        'aws_s3_bucket',
        (bucket) =>
          !hasCompanion(resources, bucket, 'aws_s3_bucket_server_side_encryption_configuration', 'bucket') &&
          'has no encryption configuration',
      ),
      ...each(resources, 'aws_cloudwatch_log_group', keyOf('kms_key_id')),
      ...each(resources, 'aws_secretsmanager_secret', keyOf('kms_key_id')),
      ...each(resources, 'aws_sns_topic', keyOf('kms_master_key_id')),
      ...each(resources, 'aws_sqs_queue', keyOf('kms_master_key_id')),
      ...each(resources, 'aws_elasticache_replication_group', (store) => {
        const { at_rest_encryption_enabled: atRest, transit_encryption_mode: transit } = store.planned;
        if (atRest !== 'true') return 'is kept in plain text';
        return transit === 'required' ? keyOf('kms_key_id')(store) : 'speaks plain text';
      }),
      ...each(resources, 'aws_kms_key', ({ planned }) => planned.enable_key_rotation !== true && 'is never rotated'),
    ],
  },
  {
    id: 'tls-floor',
    promise: 'listeners speak TLS 1.2 or newer; plain HTTP only leads to them; queues refuse it',
    breaches: (resources) => [
      ...each(resources, 'aws_lb_listener', ({ planned }) =>
        planned.protocol === 'HTTPS'
          ? !TLS_12_POLICY.test(planned.ssl_policy as string) && `speaks ${planned.ssl_policy}`
          : planned.default_action[0].redirect?.[0]?.protocol !== 'HTTPS' && 'serves plain HTTP',
      ),
      ...each(
        resources,
        'aws_sqs_queue',
        (queue) =>
          !hasCompanion(resources, queue, 'aws_sqs_queue_policy', 'queue_url', ({ written }) =>
            refusesPlainText(written.policy as string, 'sqs:*'),
          ) && 'takes plain text',
      ),
    ],
  },
  {
    id: 'no-public-address',
    promise: 'no instance has a public address',
    breaches: (resources) => [
      ...each(
        resources,
        'aws_launch_template',
        ({ planned }) =>
          !(planned.network_interfaces as any[]).every((i) => i.associate_public_ip_address === 'false') &&
          'may give instances a public address',
      ),
      ...each(
        resources,
        'aws_subnet',
        ({ planned }) =>
          (planned.map_public_ip_on_launch || planned.assign_ipv6_address_on_creation) &&
          'gives addresses to whatever starts',
      ),
    ],
  },
  {
    id: 'hardened-instance',
    promise: 'the metadata service takes session tokens only, and answers the instance itself only',
    breaches: (resources) =>
      each(resources, 'aws_launch_template', ({ planned }) => {
        const options = planned.metadata_options?.[0];
        if (options?.http_tokens !== 'required') return 'answers without a session token (IMDSv1)';
        return options.http_put_response_hop_limit !== 1 && `answers over ${options.http_put_response_hop_limit} hops`;
      }),
  },
  {
    id: 'narrow-iam',
    promise:
      'no grant has a wildcard without a condition; event stores know their users by IAM; endpoints serve this account only; dead letters come from one queue',
    breaches: (resources) => [
      ...wildcardsInPolicies(resources),
      ...each(resources, 'aws_elasticache_user', ({ planned }) => {
        if (planned.authentication_mode?.[0]?.type !== 'iam') return 'has a password, or needs none';
        const refused = ['-@admin', '-@dangerous'];
        const access = String(planned.access_string).split(' ');
        return !refused.every((group) => access.includes(group)) && 'may change or empty the store';
      }),
      ...each(
        resources,
        'aws_elasticache_replication_group',
        ({ written }) => !(written.user_group_ids?.length > 0) && 'knows no users',
      ),
      ...each(
        resources,
        'aws_vpc_endpoint',
        ({ written }) => !servesOneAccount(written.policy as string) && 'serves other accounts',
      ),
      ...each(
        resources,
        'aws_sqs_queue_redrive_allow_policy',
        ({ written }) =>
          (JSON.parse(written.redrive_allow_policy as string) as Record<string, unknown>).redrivePermission !==
            'byQueue' && 'takes the dead letters of every queue',
      ),
    ],
  },
  {
    id: 'locked-bucket',
    promise: 'buckets are private, versioned, without ACLs and TLS-only',
    breaches: (resources) =>
      each(resources, 'aws_s3_bucket', (bucket) => {
        const has = (type: string, condition: (companion: PlannedResource) => boolean) =>
          hasCompanion(resources, bucket, type, 'bucket', condition);
        const flags = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];
        if (!has('aws_s3_bucket_public_access_block', ({ planned }) => flags.every((flag) => planned[flag] === true)))
          return 'may be made public';
        if (!has('aws_s3_bucket_versioning', ({ planned }) => planned.versioning_configuration[0].status === 'Enabled'))
          return 'keeps no versions';
        if (
          !has('aws_s3_bucket_ownership_controls', (c) => c.planned.rule[0].object_ownership === 'BucketOwnerEnforced')
        )
          return 'has ACLs';
        return (
          !has('aws_s3_bucket_policy', ({ written }) => refusesPlainText(written.policy as string, 's3:*')) &&
          'takes plain text'
        );
      }),
  },
  {
    id: 'log-retention',
    promise: 'logs are kept for a set time, and no longer',
    breaches: (resources) =>
      each(
        resources,
        'aws_cloudwatch_log_group',
        ({ planned }) => !(planned.retention_in_days > 0) && 'is kept for ever',
      ),
  },
  {
    id: 'described-rule',
    promise: 'security groups and their rules say what they are for; only the load balancer is open to everybody',
    breaches: (resources) =>
      ['aws_security_group', 'aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'].flatMap(
        (type) =>
          each(resources, type, ({ planned, written }) => {
            if (!planned.description || planned.description === 'Managed by Terraform') return 'has no description';
            if (planned.ingress?.length > 0 || planned.egress?.length > 0) return 'holds rules without an id';
            const isOpen =
              type.endsWith('ingress_rule') && (planned.cidr_ipv4 === '0.0.0.0/0' || planned.cidr_ipv6 === '::/0');
            const isFront = /_load-balancer-security-group_/.test(String(written.security_group_id));
            return isOpen && !(isFront && [80, 443].includes(planned.from_port)) && 'is open to everybody';
          }),
      ),
  },
  {
    id: 'closed-default',
    promise: 'the default security group of the network lets nothing pass',
    breaches: (resources) => [
      ...each(
        resources,
        'aws_vpc',
        (vpc) => !hasCompanion(resources, vpc, 'aws_default_security_group', 'vpc_id') && 'has an open default group',
      ),
      ...each(
        resources,
        'aws_default_security_group',
        ({ written }) => (written.ingress?.length > 0 || written.egress?.length > 0) && 'lets something pass',
      ),
    ],
  },
  {
    id: 'flow-log',
    promise: 'the network logs every connection',
    breaches: (resources) =>
      each(
        resources,
        'aws_vpc',
        (vpc) =>
          !hasCompanion(resources, vpc, 'aws_flow_log', 'vpc_id', ({ planned }) => planned.traffic_type === 'ALL') &&
          'has no flow log of all traffic',
      ),
  },
];

function statementsOf(policy: string): readonly Record<string, any>[] {
  return (JSON.parse(policy) as { Statement: readonly Record<string, any>[] }).Statement;
}

function refusesPlainText(policy: string, actions: string): boolean {
  return statementsOf(policy).some(
    ({ Effect, Action, Condition }) =>
      Effect === 'Deny' && [Action].flat().join() === actions && Condition?.Bool?.['aws:SecureTransport'] === 'false',
  );
}

function servesOneAccount(policy: string): boolean {
  return statementsOf(policy).every(
    ({ Effect, Condition }) => Effect === 'Deny' || Condition?.StringEquals?.['aws:PrincipalAccount'] !== undefined,
  );
}

import { DescribeAutoScalingGroupsCommand, DescribeLifecycleHooksCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { readPlan } from '../../../bench/fleet/plan';
import { plannedFleet, tellsLaw } from '../../../bench/fleet/planned-fleet';
import type { PlaygroundStack } from '../../kit/clouds/aws/playground-stack';
import { allResources, type TerraformPlan } from '../../kit/terraform';

const FLEET = 'sandpiper-test-playground-fleet';
/** Of a machine of the default size. */
const SLOTS = 4;
const STORE = 'sandpiper-test-playground-store';

/** Read when the tests run. */
interface Given {
  /** The plan as AWS would get it, and the `cdk.tf.json` that it was made of. */
  readonly promised: () => { readonly plan: TerraformPlan; readonly synthesized: unknown };
  readonly stack: () => PlaygroundStack;
}

/** What the plan promises of the playground, and what is there once it was applied. */
export function playgroundSuite(given: Given): void {
  describe('the playground, as it is planned', () => plannedPlayground(given.promised));
  describe('the playground, as it is applied', () => appliedPlayground(given.stack));
}

function plannedPlayground(promised: Given['promised']): void {
  const all = (type: string, name = ''): Readonly<Record<string, any>>[] =>
    allResources(promised().plan)
      .filter((resource) => resource.type === `aws_${type}` && resource.name.includes(name))
      .map(({ values }) => values);
  const one = (type: string, name: string): Readonly<Record<string, any>> => {
    const found = all(type, name);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  it('keeps jobs and dead letters encrypted, and messages hidden for longer than the longest job', () => {
    expect(one('sqs_queue', '_jobs_')).toMatchObject({
      name: 'sandpiper-test-playground-fleet',
      visibility_timeout_seconds: 180,
      message_retention_seconds: 3600,
      max_message_size: 262_144,
    });
    expect(one('sqs_queue', '_dead-letters_')).toMatchObject({ message_retention_seconds: 7 * 24 * 3600 });
    expect(all('sqs_queue_policy')).toHaveLength(2);
    expect(all('sqs_queue_redrive_policy')).toHaveLength(1);
    expect(all('sqs_queue_redrive_allow_policy')).toHaveLength(1);
  });

  it('runs jobs on a base of on-demand machines and spot machines above it, none with a public address', () => {
    const group = one('autoscaling_group', 'playground-fleet');
    expect(group).toMatchObject({ min_size: 1, max_size: 10, capacity_rebalance: true, health_check_type: 'EC2' });
    const [policy] = group.mixed_instances_policy as Record<string, any>[];
    expect(policy!.instances_distribution[0]).toMatchObject({
      on_demand_base_capacity: 1,
      on_demand_percentage_above_base_capacity: 0,
      spot_allocation_strategy: 'price-capacity-optimized',
    });
    expect(policy!.launch_template[0].override.length).toBeGreaterThan(2);
    const template = one('launch_template', 'playground-fleet');
    expect(template.network_interfaces[0].associate_public_ip_address).toBe('false');
    expect(template.metadata_options[0]).toMatchObject({ http_tokens: 'required', http_put_response_hop_limit: 1 });
    expect(one('autoscaling_lifecycle_hook', 'playground-fleet')).toMatchObject({
      lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      default_result: 'CONTINUE',
    });
  });

  it('follows the demand every ten seconds, with the numbers that did best in the simulation', () => {
    const [{ target_value: target, customized_metric_specification: metrics }] = one(
      'autoscaling_policy',
      'scale-on-demand',
    ).target_tracking_configuration as [Record<string, any>];
    expect(target).toBe(SLOTS);
    const queries = metrics[0].metrics as Record<string, any>[];
    expect(
      queries.flatMap(({ metric_stat: stat }) => (stat as { period: number }[]).map(({ period }) => period)),
    ).toEqual([10, 10]);
  });

  it('is simulated with the same expressions and numbers from its plan as from what was synthesized', () => {
    const { plan, synthesized } = promised();
    const written = readPlan('aws-stack', synthesized);
    const fromPlan = readPlan('plan.json', plan);
    // The address of the event store is in the boot scripts, and not known yet.
    expect(tellsLaw(fromPlan)).toBe(false);
    expect(plannedFleet(fromPlan, written)).toEqual(plannedFleet(written));
  });

  it('wakes a fleet that has no machine, by as many as the slots wanted need', () => {
    const steps = one('autoscaling_policy', '_wake_').step_adjustment as Record<string, any>[];
    expect(steps.map((step) => Number(step.scaling_adjustment)).sort((a, b) => a - b)).toEqual([
      1, 2, 4, 8, 16, 32, 64,
    ]);
    for (const { scaling_adjustment: change, metric_interval_lower_bound: lower } of steps) {
      expect(Number(lower)).toBe((Number(change) - 1) * SLOTS);
    }
    expect(one('cloudwatch_metric_alarm', 'wake-alarm')).toMatchObject({ threshold: 0, evaluation_periods: 1 });
  });

  it('has an event store without a password: TLS, identities, a second zone', () => {
    expect(one('elasticache_replication_group', 'playground-store')).toMatchObject({
      engine: 'valkey',
      transit_encryption_enabled: true,
      at_rest_encryption_enabled: 'true',
      automatic_failover_enabled: true,
      multi_az_enabled: true,
      num_cache_clusters: 2,
      auth_token: null,
    });
    for (const user of all('elasticache_user')) {
      expect(user.authentication_mode[0]).toMatchObject({ type: 'iam', passwords: null });
      expect(user.user_id).toBe(user.user_name);
    }
  });

  it('tells of dead letters, long waits, a full fleet, a missing demand and missing gateways', () => {
    expect(
      all('cloudwatch_metric_alarm', 'playground-fleet')
        .map(({ alarm_name: name }) => name as string)
        .sort(),
    ).toEqual(
      [
        ...['at-maximum', 'dead-letters', 'idle-machines', 'no-demand', 'no-gateway', 'oldest-wait', 'queue-age'],
        ...['slow-start', 'wake'],
      ].map((alarm) => `sandpiper-test-playground-fleet-${alarm}`),
    );
  });
}

function appliedPlayground(stack: () => PlaygroundStack): void {
  const specOf = async (group: 'playground' | 'playground-fleet') => {
    const line = /<<'END_OF_SPEC'\n(.*)\nEND_OF_SPEC\n/.exec(await stack().userData(group))?.[1] ?? '';
    return JSON.parse(line) as Record<string, any>;
  };

  it('has queues that take and give a job, and put it aside where the job queue alone may', async () => {
    const { aws, queues } = stack();
    const attributesOf = async (QueueUrl: string) =>
      (await aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes!;
    const jobs = await attributesOf(queues.jobs);
    const letters = await attributesOf(queues.deadLetters);
    expect(jobs).toMatchObject({ VisibilityTimeout: '180', ReceiveMessageWaitTimeSeconds: '20' });
    expect(jobs.KmsMasterKeyId).toMatch(/^arn:aws:kms:/);
    expect(JSON.parse(jobs.RedrivePolicy!)).toEqual({ deadLetterTargetArn: letters.QueueArn, maxReceiveCount: 100 });
    expect(JSON.parse(letters.RedriveAllowPolicy!)).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [jobs.QueueArn],
    });
    for (const { Policy } of [jobs, letters]) {
      expect(JSON.parse(Policy!)).toMatchObject({ Statement: [{ Sid: 'TlsOnly', Effect: 'Deny', Action: 'sqs:*' }] });
    }
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queues.jobs, MessageBody: 'a job' }));
    const { Messages } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queues.jobs, VisibilityTimeout: 0, WaitTimeSeconds: 0 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['a job']);
  });

  it('has a group of mixed machines that drain before they end', async () => {
    const { aws } = stack();
    const { AutoScalingGroups } = await aws.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [FLEET] }),
    );
    expect(AutoScalingGroups).toMatchObject([
      {
        MinSize: 1,
        MaxSize: 10,
        MixedInstancesPolicy: {
          LaunchTemplate: { LaunchTemplateSpecification: { Version: '1' } },
          InstancesDistribution: { OnDemandBaseCapacity: 1, SpotAllocationStrategy: 'price-capacity-optimized' },
        },
      },
    ]);
    const { LifecycleHooks } = await aws.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: FLEET }),
    );
    expect(LifecycleHooks).toMatchObject([{ LifecycleHookName: `${FLEET}-drain`, HeartbeatTimeout: 120 }]);
  });

  it('boots gateways and runners that know their queue, their event store and their programs', async () => {
    const { queues, eventStoreHost, bootstrapBucket } = stack();
    const [gateway, runner] = [await specOf('playground'), await specOf('playground-fleet')];
    for (const [role, { variables, artifact, region }] of Object.entries({ gateway, runner })) {
      expect(region).toBe('eu-central-1');
      expect(variables).toMatchObject({
        SANDPIPER_QUEUE: queues.jobs,
        SANDPIPER_DEAD_LETTERS: queues.deadLetters,
        SANDPIPER_EVENTS: `rediss://${eventStoreHost}:6379`,
        SANDPIPER_EVENTS_AUTH: `aws-iam:${STORE}-${role}@${STORE}`,
      });
      expect(artifact).toMatchObject({ bucket: bootstrapBucket, kind: 'archive' });
    }
    expect(runner.variables).toMatchObject({
      SANDPIPER_AUTO_SCALING_GROUP: FLEET,
      SANDPIPER_LIFECYCLE_HOOK: `${FLEET}-drain`,
    });
    expect(gateway.secrets).toMatchObject([{ variable: 'APP_JWT_SECRET' }]);
    expect(runner.secrets).toEqual([]);
  });

  it('lets both connect to the event store by who they are', () => {
    const { one } = stack();
    expect(one('elasticache_user_group', '')).toMatchObject({ user_ids: [`${STORE}-gateway`, `${STORE}-runner`] });
    expect(one('elasticache_replication_group', '')).toMatchObject({
      user_group_ids: [STORE],
      engine_version_actual: '8.0.1',
      member_clusters: [`${STORE}-001`, `${STORE}-002`],
    });
  });

  it('watches the fleet with alarms and draws it', async () => {
    const { aws } = stack();
    const { MetricAlarms } = await aws.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${FLEET}-wake` }));
    expect(MetricAlarms).toHaveLength(1);
    expect(MetricAlarms![0]!.AlarmActions).toEqual([expect.stringContaining(`:policyName/${FLEET}-wake`)]);
    const { DashboardBody } = await aws.cloudWatch.send(new GetDashboardCommand({ DashboardName: FLEET }));
    expect((JSON.parse(DashboardBody!) as { widgets: unknown[] }).widgets).toHaveLength(6);
  });
}

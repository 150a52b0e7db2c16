import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { readPlan } from '../../../bench/fleet/plan';
import { plannedFleet, tellsLaw } from '../../../bench/fleet/planned-fleet';
import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { readArtifactManifest } from '../../../modules/boot/artifact-manifest';
import { synthesizeAwsStack, useEmulator } from '../../support/aws/emulator-stack';
import { startMoto, type Moto } from '../../support/aws/moto';
import { awsClients } from '../../support/aws/what-is-there';
import { requireTool } from '../../support/require-tool';
import { allResources, temporaryDirectory, terraformIn, type ResourceValues } from '../../support/terraform';

jest.mock('../../../modules/boot/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
// What the machines run is of no matter to a plan.
jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () =>
    readArtifactManifest(path.join(__dirname, '..', '..', 'support', 'playground', 'artifact-manifest.json')),
}));

import { AwsStack } from '../../../stacks/aws-stack';

const REGION = 'eu-central-1';
const DOMAIN = 'example.test';
/** Of a machine of the default size. */
const SLOTS = 4;
/** Of one test at most, on a machine that is busy with others. */
jest.setTimeout(600_000);

describe('aws-stack with the playground, planned with the real AWS provider', () => {
  if (!requireTool(['terraform', 'moto_server'])) return;
  const outdir = temporaryDirectory('aws-playground');
  let moto: Moto;
  let planned: ResourceValues[];
  let plan: unknown;

  beforeAll(async () => {
    moto = await startMoto();
    const { route53 } = awsClients(moto.endpoint, REGION);
    await route53.send(new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'test' }));
    const directory = synthesizeAwsStack(outdir, { CLOUD: 'aws', ENVIRONMENT: 'test', DOMAIN, PLAYGROUND: 'true' });
    useEmulator(directory, moto.endpoint);
    const terraform = terraformIn(directory, {
      variables: { aws_region: REGION, app_jwt_secret: 'a secret of the test' },
    });
    await terraform.init();
    const { json } = await terraform.plan();
    plan = json;
    planned = allResources(json);
  });

  afterAll(async () => {
    await moto?.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  });

  const all = (type: string, name = ''): Readonly<Record<string, any>>[] =>
    planned
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
    const synthesized = readPlan('aws-stack', synthesizedStack('aws-stack', AwsStack));
    const fromPlan = readPlan('plan.json', plan);
    // The address of the event store is in the boot scripts, and not known yet.
    expect(tellsLaw(fromPlan)).toBe(false);
    expect(plannedFleet(fromPlan, synthesized)).toEqual(plannedFleet(synthesized));
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
      ['at-maximum', 'dead-letters', 'no-demand', 'no-gateway', 'oldest-wait', 'wake'].map(
        (alarm) => `sandpiper-test-playground-fleet-${alarm}`,
      ),
    );
  });
});

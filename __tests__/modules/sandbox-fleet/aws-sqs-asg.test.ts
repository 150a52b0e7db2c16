import { TerraformStack, Testing } from 'cdktf';
import { bestLaw } from '../../../bench/fleet/law';
import { AwsPlatform } from '../../../modules/aws/aws-platform';
import { InvalidPropError } from '../../../modules/invalid-prop';
import { Playground, type PlaygroundProps } from '../../../modules/playground/playground';
import { pushed } from '../../../modules/tls-service/artifact';
import { existingCertificates } from '../../../modules/tls-service/certificate-source';
import { existing } from '../../../modules/tls-service/secret-source';

jest.mock('../../../modules/boot/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const sha = (digit: string): string => digit.repeat(64);
const archive = (name: string, digit: string, program: string) =>
  pushed({ key: `${name}/${sha(digit)}.tar.gz`, sha256: sha(digit) }, [program]);
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/one';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt-AbCdEf';
const IMAGES = [`images/${sha('3')}.squashfs`, `images/${sha('4')}.squashfs`];

type Json = Record<string, any>;

/** Synthesizes a platform that holds one playground. */
function synthesize(
  change: { fleet?: Partial<PlaygroundProps['fleet']>; eventStore?: PlaygroundProps['eventStore'] } = {},
): { readonly resources: Json; readonly playground: Playground } {
  const stack = new TerraformStack(Testing.app(), 'aws-stack');
  const platform = new AwsPlatform(stack, 'platform', { environment: 'dev', region: 'eu-central-1' });
  const playground = new Playground(stack, 'playground', {
    platform,
    gateway: archive('gateway', '1', 'bin/gateway'),
    jwtSecret: existing(SECRET),
    service: { certificate: existingCertificates(CERTIFICATE) },
    fleet: { runner: archive('runner', '2', 'bin/runner'), imageKeys: IMAGES, ...change.fleet },
    eventStore: change.eventStore,
  });
  return { resources: (JSON.parse(Testing.synth(stack)) as Json).resource as Json, playground };
}

describe('a sandbox fleet on AWS', () => {
  const { resources, playground } = synthesize();
  const one = (type: string, id: string): Json => {
    const found = Object.entries(resources[`aws_${type}`] as Json).filter(([name]) => name.includes(id));
    expect(found.map(([name]) => name)).toHaveLength(1);
    return found[0]![1] as Json;
  };
  const statementsOf = (policy: Json): Json[] =>
    (JSON.parse(policy.policy as string) as { Statement: Json[] }).Statement;
  const listOf = (value: string | string[]): string[] => [value].flat();

  it('lets runners take jobs and put letters aside, and name every object that they read', () => {
    const statements = statementsOf(one('iam_role_policy', 'playground-fleet_role-policy'));
    const bySid = Object.fromEntries(statements.map((statement) => [statement.Sid, statement]));
    expect(Object.keys(bySid).sort()).toEqual([
      'ConnectToEventStore',
      'PutDeadLettersAside',
      'ReadOwnPrograms',
      'SpeakToOwnGroup',
      'TakeJobs',
      'UseKeyThroughServices',
      'WriteOwnJournal',
    ]);
    for (const key of IMAGES) {
      expect(listOf(bySid.ReadOwnPrograms!.Resource as string[])).toContainEqual(expect.stringContaining(`/${key}`));
    }
    for (const { Action, Resource } of statements as { Action: string | string[]; Resource: string | string[] }[]) {
      for (const action of listOf(Action)) expect(action).not.toContain('*');
      for (const resource of listOf(Resource)) expect(resource).not.toBe('*');
    }
  });

  it('lets gateways send jobs and publish the demand, in its own namespace only', () => {
    const statements = statementsOf(one('iam_role_policy', 'gateway-policy'));
    expect(statements.find(({ Sid }) => Sid === 'SendJobs')!.Action).toEqual([
      'sqs:SendMessage',
      'sqs:GetQueueAttributes',
    ]);
    expect(statements.find(({ Sid }) => Sid === 'PublishDemand')).toMatchObject({
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': 'Sandpiper' } },
    });
  });

  it('tells gateways the law that did best in the simulation', () => {
    expect(playground.fleet.gatewayEnvironment).toMatchObject({
      SANDPIPER_MEAN_JOB_MS: String(bestLaw.meanJobSeconds * 1000),
      SANDPIPER_UTILIZATION: String(bestLaw.utilization * 100),
      SANDPIPER_CLEAR_SECONDS: String(bestLaw.clearSeconds),
      SANDPIPER_SLOTS: '40',
    });
  });

  it('serves one gateway, of its own platform', () => {
    expect(() => playground.fleet.serve(playground.gateway)).toThrow('gateway: ');
    expect(() => playground.fleet.serve({ ...playground.gateway })).toThrow('must be a service of the platform');
  });

  it('lets nothing in to a runner, and out only to endpoints, S3 and the event store', () => {
    const group = /aws_security_group\.platform_playground-fleet_security-group_\w+\.id/;
    const rules = (kind: string): Json[] =>
      (Object.values(resources[`aws_vpc_security_group_${kind}_rule`] as Json) as Json[]).filter(
        ({ security_group_id: id }) => group.test(id as string),
      );
    expect(rules('ingress')).toEqual([]);
    const targets = rules('egress').map((rule) => [
      rule.from_port,
      rule.to_port,
      rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? rule.prefix_list_id ?? rule.referenced_security_group_id,
    ]);
    expect(targets).toHaveLength(3);
    expect(targets).toEqual(
      expect.arrayContaining([
        [443, 443, expect.stringContaining('network_endpoints_s3')],
        [443, 443, expect.stringContaining('network_endpoints_security-group')],
        [6379, 6379, expect.stringContaining('playground-store_security-group')],
      ]),
    );
  });

  it('opens endpoints for what is asked through them, and nothing else', () => {
    const actions = (service: string): string[] =>
      statementsOf(one('vpc_endpoint', `endpoints_${service}_`)).flatMap(({ Action }) => listOf(Action as string[]));
    expect(actions('sqs')).not.toContain('sqs:*');
    expect(actions('autoscaling')).toEqual([
      'autoscaling:SetInstanceProtection',
      'autoscaling:RecordLifecycleActionHeartbeat',
      'autoscaling:CompleteLifecycleAction',
    ]);
    expect(actions('monitoring')).toEqual(['cloudwatch:PutMetricData']);
  });

  it.each<[string, Parameters<typeof synthesize>[0]]>([
    ['runner.key', { fleet: { runner: pushed({ key: 'runner.tar.gz', sha256: sha('2') }, ['bin/runner']) } }],
    ['runner.sha256', { fleet: { runner: pushed({ key: 'runner/x.tar.gz', sha256: 'x' }, ['bin/runner']) } }],
    ['capacity.maxInstances', { fleet: { capacity: { minInstances: 5, maxInstances: 4 } } }],
    ['capacity.minInstances', { fleet: { capacity: { minInstances: -1 } } }],
    ['capacity.slotsPerInstance', { fleet: { capacity: { slotsPerInstance: 0 } } }],
    ['scaling.meanJobSeconds', { fleet: { scaling: { meanJobSeconds: 0 } } }],
    ['scaling.utilizationPercent', { fleet: { scaling: { utilizationPercent: 101 } } }],
    ['maximumJobSeconds', { fleet: { maximumJobSeconds: 5 } }],
    ['maximumDeliveries', { fleet: { maximumDeliveries: 4 } }],
    ['hotLanguages[0]', { fleet: { hotLanguages: ['Python'] } }],
    ['logRetentionDays', { fleet: { logRetentionDays: 2 } }],
    ['alarms.oldestWaitSeconds', { fleet: { alarms: { oldestWaitSeconds: 1 } } }],
    ['baseImage', { fleet: { baseImage: 'debian' } }],
    ['imageKeys', { fleet: { imageKeys: Array.from({ length: 61 }, (_, index) => `images/${index}`) } }],
    ['size', { eventStore: { size: 'huge' as 'large' } }],
    ['replicas', { eventStore: { replicas: 6 } }],
  ])('refuses a wrong %s by its name', (prop, change) => {
    let error: unknown;
    try {
      synthesize(change);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidPropError);
    expect((error as InvalidPropError).prop).toBe(prop);
  });
});

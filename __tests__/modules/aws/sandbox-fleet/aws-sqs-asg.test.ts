import { synthesizePlayground } from '../../../kit/synthesize/playground';
import type { Resource as Json } from '../../../kit/synthesize/resources';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

describe('a sandbox fleet on AWS', () => {
  const { resources, locals, one } = synthesizePlayground('aws');
  const statementsOf = (policy: Json): Json[] =>
    (JSON.parse(policy.policy as string) as { Statement: Json[] }).Statement;
  const listOf = (value: string | string[]): string[] => [value].flat();

  it('lets runners take jobs, put letters aside and read programs of their kinds', () => {
    const statements = statementsOf(one('iam_role_policy', 'playground-fleet_role-policy'));
    const bySid = Object.fromEntries(statements.map((statement) => [statement.Sid, statement]));
    expect(Object.keys(bySid).sort()).toEqual([
      'ConnectToEventStore',
      'PutDeadLettersAside',
      'ReadOwnPrograms',
      'ReadPushedPrograms',
      'SpeakToOwnGroup',
      'TakeJobs',
      'UseKeyThroughServices',
      'WriteOwnJournal',
    ]);
    // Those of older and newer templates too: both run while a group rolls.
    const kinds = listOf(bySid.ReadPushedPrograms!.Resource as string[]).map((arn) => arn.replace(/^.*:s3:::/, ''));
    expect(kinds).toEqual(
      ['images/*', 'runner/*'].map((kind) =>
        expect.stringMatching(new RegExp(`-bootstrap-[^/]+/${kind.replace('*', '\\*')}$`)),
      ),
    );
    expect(Object.keys((bySid.ReadPushedPrograms!.Condition as Json).StringEquals as Json)).toEqual([
      's3:ResourceAccount',
    ]);
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
        [443, 443, expect.stringContaining('network_endpoints_playground-fleet-security-group')],
        [6379, 6379, expect.stringContaining('playground-store_security-group')],
      ]),
    );
  });

  it('lets runners reach the endpoints of their queue, their group and their journal, not those of secrets and metrics', () => {
    const reached = Object.values(resources.aws_vpc_endpoint as Json)
      .filter(({ security_group_ids: ids }) => /playground-fleet-security-group/.test(String(ids)))
      .map(({ service_name: name }) => (name as string).split('.').at(-1));
    expect(reached.sort()).toEqual(['autoscaling', 'logs', 'sqs']);
  });

  it('replaces busy machines too when it rolls: under a steady load none is ever idle', () => {
    const { instance_refresh: refresh } = one('autoscaling_group', 'playground-fleet_group') as {
      instance_refresh: { preferences: Json };
    };
    expect(refresh.preferences).toMatchObject({ scale_in_protected_instances: 'Refresh' });
    expect(one('autoscaling_lifecycle_hook', 'drain-hook')).toMatchObject({
      lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    });
  });

  it('tells gateways their region, without which they reach neither queue nor store', () => {
    const scripts = Object.entries(locals).filter(([name]) => name.startsWith('platform_playground_boot-script'));
    expect(scripts).toHaveLength(1);
    expect(scripts[0]![1]).toContain('"AWS_REGION":"');
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
});

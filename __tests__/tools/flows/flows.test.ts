import * as fs from 'node:fs';
import * as path from 'node:path';
import { reportFlows, runnersOf } from '../../../tools/flows/report';
import { sandpiper } from '../../kit/cli/run';
import { temporaryDirectory } from '../../kit/terraform';

/** A state: one machine in a network of its own, let out by one rule to `to`. */
function state(to: object) {
  const resources = Object.entries({
    'aws_vpc.main': { id: 'vpc-1', cidr_block: '10.0.0.0/16' },
    'aws_subnet.a': { id: 'subnet-1', vpc_id: 'vpc-1' },
    'aws_route_table.a': { id: 'rtb-1', vpc_id: 'vpc-1' },
    'aws_route_table_association.a': { id: 'rtbassoc-1', subnet_id: 'subnet-1', route_table_id: 'rtb-1' },
    'aws_security_group.runner': { id: 'sg-1' },
    'aws_security_group.store': { id: 'sg-2' },
    'aws_elasticache_replication_group.store': { id: 'store', security_group_ids: ['sg-2'] },
    'aws_vpc_security_group_ingress_rule.store': {
      ...{ security_group_id: 'sg-2', referenced_security_group_id: 'sg-1' },
      ...{ ip_protocol: 'tcp', from_port: 6000, to_port: 6400 },
    },
    'aws_vpc_security_group_egress_rule.out': {
      ...{ security_group_id: 'sg-1', ip_protocol: 'tcp', from_port: 6379, to_port: 6379, description: 'Events' },
      ...to,
    },
    'aws_iam_role.runner': { id: 'runner', name: 'runner', arn: 'arn:aws:iam::1:role/runner' },
    'aws_iam_instance_profile.runner': { id: 'runner', name: 'runner', role: 'runner' },
    'aws_instance.runner': {
      ...{ id: 'i-1', subnet_id: 'subnet-1', vpc_security_group_ids: ['sg-1'], iam_instance_profile: 'runner' },
      ...{ associate_public_ip_address: false, tags: { Name: 'runner' } },
      metadata_options: [{ http_tokens: 'required', http_put_response_hop_limit: 1 }],
    },
  }).map(([address, values]) => ({
    address,
    mode: 'managed',
    type: address.split('.')[0],
    name: address.split('.')[1],
    values,
  }));
  return { format_version: '1.0', values: { root_module: { resources } } };
}

describe('flows of a state', () => {
  it('are told by ids, as far as both sides let them through', () => {
    const [aws] = reportFlows(state({ referenced_security_group_id: 'sg-2' }));
    expect(runnersOf(aws!)).toEqual(['runner']);
    expect(aws!.flows[0]).toMatchObject({
      from: { name: 'runner' },
      to: { name: 'event store' },
      ports: 'tcp 6379',
      why: 'Events',
    });
    expect(aws!.openings.filter(({ problem }) => !/resolve/.test(problem))).toEqual([]);
  });

  it('are none where the other side lets nobody in', () => {
    const [aws] = reportFlows(state({ referenced_security_group_id: 'sg-2', from_port: 443, to_port: 443 }));
    expect(aws!.flows.map(({ to }) => to.name)).not.toContain('event store');
  });

  it('hold a rule to be a way out though no route leads there', () => {
    const [aws] = reportFlows(state({ cidr_ipv4: '0.0.0.0/0' }));
    expect(aws!.flows.map(({ to }) => to.name)).not.toContain('internet');
    expect(aws!.openings).toContainEqual({
      address: 'aws_vpc_security_group_egress_rule.out',
      problem: 'lets runners out to 0.0.0.0/0',
    });
  });
});

describe('sandpiper flows', () => {
  const directory = temporaryDirectory('flows');
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
  const file = (name: string, content: string): string => {
    fs.writeFileSync(path.join(directory, name), content);
    return path.join(directory, name);
  };

  it('prints who reaches whom, and fails with the ways out of runners', () => {
    const open = sandpiper(['flows', file('open.json', JSON.stringify(state({ cidr_ipv4: '0.0.0.0/0' })))]);
    expect(open.exitCode).toBe(1);
    expect(open.stdout).toContain(
      'Runners have ways out:\n  aws_vpc_security_group_egress_rule.out lets runners out to 0.0.0.0/0',
    );
    expect(open.stderr).toBe('');
  });

  it.each([
    ['that is absent', () => path.join(directory, 'absent.json'), /absent\.json cannot be read: ENOENT/],
    ['that is binary', () => file('plan.tfplan', 'PK\u0003\u0004'), /plan\.tfplan is no JSON: a plan file is binary/],
    ['that is no plan', () => file('package.json', '{}'), /this is no plan: give what `terraform show -json/],
    [
      'without machines',
      () => file('empty.json', JSON.stringify({ format_version: '1.0', values: { root_module: { resources: [] } } })),
      /the plan holds no machines of AWS or GCP/,
    ],
  ])('refuses a file %s in one line', (_, given, message) => {
    const { exitCode, stderr } = sandpiper(['flows', given()]);
    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(message)]);
  });
});

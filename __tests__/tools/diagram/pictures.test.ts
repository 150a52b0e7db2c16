import * as fs from 'node:fs';
import * as path from 'node:path';

// The programs need not be built to know what deploys them.
jest.mock('../../../stacks/artifacts', () => ({ programPath: () => __filename }));
jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

import { awsTypes } from '../../../tools/diagram/aws-types';
import { drawnStack, type DrawnStack } from '../../../tools/diagram/drawn-stacks';
import { gcpTypes } from '../../../tools/diagram/gcp-types';
import { drawPictures, formats, pictureNames, type Format, type PictureName } from '../../../tools/diagram/pictures';
import type { StackTree } from '../../../tools/diagram/stack-tree';
import { newResource, resourceOf, withResources } from '../../kit/diagram/trees';

const trees: Readonly<Record<DrawnStack, StackTree>> = {
  'aws-stack': drawnStack('aws-stack'),
  'gcp-stack': drawnStack('gcp-stack'),
};
const everyFormat = Object.keys(formats) as Format[];

const draw = (
  names: readonly PictureName[] = pictureNames,
  changed: Partial<typeof trees> = {},
  format: readonly Format[] = everyFormat,
) => drawPictures(names, format, (stack) => changed[stack] ?? trees[stack]);
/** What the stacks are drawn as, as they are. */
const current = draw();
const currentOf = (name: PictureName) => current.filter(({ file }) => file.startsWith(name));
const currentSvgs = current.filter(({ file }) => file.endsWith('.svg'));
const svgOf = (name: DrawnStack, tree: StackTree): string => draw([name], { [name]: tree }, ['svg'])[0]!.content;
const mermaidOf = (name: DrawnStack, tree: StackTree): string =>
  draw([name], { [name]: tree }, ['mermaid'])[0]!.content;

describe('docs/diagrams', () => {
  const directory = path.resolve(__dirname, '../../../docs/diagrams');

  it.each(current.map(({ file, content }) => [file, content]))('%s is what the stacks are', (file, content) => {
    const isCurrent = fs.readFileSync(path.join(directory, file), 'utf8') === content;
    expect(isCurrent ? 'current' : 'stale: ./sandpiper diagram draws it anew').toBe('current');
  });

  it('holds no other file', () => {
    expect(fs.readdirSync(directory).sort()).toEqual(current.map(({ file }) => file).sort());
  });
});

describe('a picture', () => {
  it('has the same bytes for the same stack', () => {
    expect(draw(['aws-stack'], { 'aws-stack': drawnStack('aws-stack') })).toEqual(currentOf('aws-stack'));
  });

  it('does not hang on settings of the environment', () => {
    const before = process.env.ENVIRONMENT;
    process.env.ENVIRONMENT = 'prod';
    try {
      expect(draw(['gcp-stack'], { 'gcp-stack': drawnStack('gcp-stack') })).toEqual(currentOf('gcp-stack'));
    } finally {
      if (before === undefined) delete process.env.ENVIRONMENT;
      else process.env.ENVIRONMENT = before;
    }
  });

  it.each(currentSvgs.map(({ file, content }) => [file, content]))(
    '%s is told to those who do not see it, and runs nothing',
    (_file, svg) => {
      expect(svg).toMatch(/<title id="title">.+<\/title>\n<desc id="description">.+1\. .+8\. .+<\/desc>/);
      expect(svg).not.toMatch(/<script|<foreignObject|\son\w+=|href=|url\((?!#)|@import/);
    },
  );

  it.each(currentSvgs.map(({ file, content }) => [file, content]))(
    '%s numbers the steps of a job, and no words are cut',
    (_file, svg) => {
      const [, width] = /viewBox="0 0 (\d+) /.exec(svg)!;
      for (let step = 1; step <= 8; step++)
        expect(svg.match(new RegExp(`>${step}</text>`, 'g'))!.length).toBeGreaterThan(1);
      for (const [, x] of svg.matchAll(/<(?:rect|text)[^>]* x="([-\d.]+)"/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(Number(width));
      }
      expect(svg).not.toMatch(/undefined|NaN|\[object/);
    },
  );

  it.each(['aws-stack', 'gcp-stack'] as const)(
    'of %s names machines, ports and bounds as they are deployed',
    (name) => {
      const text = mermaidOf(name, trees[name]);
      for (const word of ['443', '3000', '6379', '2 to 6 ×', 'TLS 1.2', '9 public paths', '4 jobs at once'])
        expect(text).toContain(word);
    },
  );
});

describe('a stack with what the picture does not know', () => {
  it.each([
    ['aws-stack', 'aws_lambda_function', 'tools/diagram/aws-types.ts'],
    ['gcp-stack', 'google_cloud_run_v2_service', 'tools/diagram/gcp-types.ts'],
  ] as const)('is refused: %s with %s', (name, type, file) => {
    const tree = withResources(trees[name], (resources) => [...resources, newResource(type, 'new')]);
    expect(() => mermaidOf(name, tree)).toThrow(
      new RegExp(`${name} has resources of a type .* ${type}; say in ${file}`),
    );
  });

  it.each([
    ['aws-stack', awsTypes, ['aws_nat_gateway']],
    ['gcp-stack', gcpTypes, ['google_compute_router_nat', 'google_kms_crypto_key']],
  ] as const)('and nothing is known that %s never has', (name, table, optional) => {
    const present = new Set(trees[name].resources.map(({ type }) => type));
    expect(
      Object.keys(table).filter((type) => !present.has(type) && !(optional as readonly string[]).includes(type)),
    ).toEqual([]);
  });
});

describe('what a stack has more, less or otherwise', () => {
  it('appears: a second queue on AWS', () => {
    const queue = newResource('aws_sqs_queue', 'invoices', { message_retention_seconds: 600 });
    const tree = withResources(trees['aws-stack'], (resources) => [...resources, queue]);
    expect(mermaidOf('aws-stack', trees['aws-stack'])).not.toContain('queue_platform_invoices');
    expect(mermaidOf('aws-stack', tree)).toContain('queue_platform_invoices');
    expect(svgOf('aws-stack', tree)).toContain('kept for 600 s');
  });

  it('appears: a second bucket on GCP', () => {
    const bucket = newResource('google_storage_bucket', 'invoices');
    const tree = withResources(trees['gcp-stack'], (resources) => [...resources, bucket]);
    expect(mermaidOf('gcp-stack', tree)).toContain('programs_platform_invoices');
  });

  it('changes figures: another port of the event store', () => {
    const tree = withResources(trees['aws-stack'], (resources) =>
      resources.map((resource) =>
        resource.type.startsWith('aws_vpc_security_group_') && resource.attributes.from_port === 6379
          ? { ...resource, attributes: { ...resource.attributes, from_port: 6390 } }
          : resource,
      ),
    );
    expect(svgOf('aws-stack', tree)).toContain('TLS 6390');
    expect(svgOf('aws-stack', tree)).not.toContain('6379');
  });

  it('shows a way out: a rule to everywhere for the runners on AWS', () => {
    const group = resourceOf(trees['aws-stack'], 'aws_security_group', 'playground-fleet', 'security-group');
    const rule = newResource('aws_vpc_security_group_egress_rule', 'out', {
      security_group_id: `\${${group.address}.id}`,
      cidr_ipv4: '0.0.0.0/0',
      from_port: 443,
    });
    const tree = withResources(trees['aws-stack'], (resources) => [...resources, rule]);
    expect(mermaidOf('aws-stack', tree)).toMatch(/Security group: a way out.*\n.*0\.0\.0\.0\/0 443/);
    expect(() => draw(['playground'], { 'aws-stack': tree }, ['mermaid'])).toThrow('have a way out');
  });

  it('shows a way out: a rule to the machines of another service on AWS', () => {
    const [from, to] = [
      ['playground-fleet', 'security-group'],
      ['user-api', 'instance-security-group'],
    ].map(([owner, id]) => resourceOf(trees['aws-stack'], 'aws_security_group', owner!, id!));
    const rule = newResource('aws_vpc_security_group_egress_rule', 'over', {
      security_group_id: `\${${from!.address}.id}`,
      referenced_security_group_id: `\${${to!.address}.id}`,
      from_port: 3000,
    });
    const tree = withResources(trees['aws-stack'], (resources) => [...resources, rule]);
    expect(mermaidOf('aws-stack', tree)).toMatch(/Security group: a way out.*\n.*user-api 3000/);
  });

  it.each([
    ['aws-stack', newResource('aws_nat_gateway', 'nat'), 'a way out'],
    ['gcp-stack', newResource('google_compute_router_nat', 'nat'), 'a way out through Cloud NAT'],
  ] as const)('shows a way out: a NAT in %s', (name, nat, words) => {
    const tree = withResources(trees[name], (resources) => [...resources, nat]);
    expect(mermaidOf(name, tree)).toContain(words);
    expect(() => draw(['playground'], { [name]: tree }, ['mermaid'])).toThrow('have a way out');
  });

  it('shows a way out: a firewall on GCP that no longer denies what is not named', () => {
    const tree = withResources(trees['gcp-stack'], (resources) =>
      resources.filter(({ owner, id }) => !(owner === 'playground-fleet' && id === 'deny-egress')),
    );
    expect(mermaidOf('gcp-stack', tree)).toContain('not all else denied');
    expect(() => draw(['playground'], { 'gcp-stack': tree }, ['mermaid'])).toThrow('have a way out');
  });

  it.each([
    ['aws-stack', 'aws_iam_role_policy', 'gateway-policy', 'no machine may send to its queue'],
    ['gcp-stack', 'google_pubsub_topic_iam_member', 'gateway-sends-jobs', 'no machine may send to its queue'],
    ['aws-stack', 'aws_iam_role_policy', 'role-policy', 'there is no queue that a machine may take from'],
    [
      'gcp-stack',
      'google_pubsub_subscription_iam_member',
      'take-jobs',
      'there is no queue that a machine may take from',
    ],
    ['gcp-stack', 'google_project_iam_member', 'connect-to-event-store', 'no event store lets both'],
    [
      'gcp-stack',
      'google_compute_firewall',
      'runners-to-event-store',
      'playground-fleet does not reach the event store',
    ],
    [
      'aws-stack',
      'aws_vpc_security_group_egress_rule',
      'gateway-to-event-store',
      'playground does not reach the event store',
    ],
  ] as const)('is no picture: %s without %s %s', (name, type, id, words) => {
    const gone = resourceOf(trees[name], type, 'playground-fleet', id);
    const tree = withResources(trees[name], (resources) => resources.filter((resource) => resource !== gone));
    expect(() => mermaidOf(name, tree)).toThrow(words);
  });
});

describe('the neutral picture', () => {
  const [mermaid] = draw(['playground'], {}, ['mermaid']);

  it('says what both clouds have in common, and no more', () => {
    for (const word of ['Amazon SQS or Pub/Sub', 'Valkey 8.0', 'no network', '9 public paths'])
      expect(mermaid!.content).toContain(word);
    for (const word of ['t3.small', 'e2-small', 'Auto Scaling', 'Memorystore'])
      expect(mermaid!.content).not.toContain(word);
  });

  it.each([
    ['aws-stack', 'aws_launch_template', { network_interfaces: [{ associate_public_ip_address: 'true' }] }],
    ['gcp-stack', 'google_compute_region_instance_template', { network_interface: [{ access_config: [{}] }] }],
  ] as const)('is none where a machine of %s has an address', (name, type, interfaces) => {
    const tree = withResources(trees[name], (resources) =>
      resources.map((resource) =>
        resource.type === type ? { ...resource, attributes: { ...resource.attributes, ...interfaces } } : resource,
      ),
    );
    expect(() => draw(['playground'], { [name]: tree }, ['mermaid'])).toThrow(`${name}: machines have addresses`);
    expect(mermaidOf(name, tree)).toMatch(/public addresses|external addresses/);
  });

  it('leaves out a figure that differs', () => {
    const tree = { ...trees['gcp-stack'], variables: { ...trees['gcp-stack'].variables, runner_max_instances: 40 } };
    const [changed] = draw(['playground'], { 'gcp-stack': tree }, ['mermaid']);
    expect(mermaid!.content).toContain('1 to 10 machines');
    expect(changed!.content).not.toMatch(/1 to \d+ machines/);
  });
});

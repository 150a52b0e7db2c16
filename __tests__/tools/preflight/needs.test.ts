import * as fs from 'node:fs';
import * as path from 'node:path';
import { ACTIONS_OF_DATA, ACTIONS_OF_TYPE } from '../../../tools/plan/resource-types/aws';
import { machineGroups as awsGroups } from '../../../tools/preflight/aws/machines';
import { actionsOf } from '../../../tools/preflight/aws/permissions';
import { apisOf } from '../../../tools/preflight/gcp/apis';
import { machineGroups as gcpGroups } from '../../../tools/preflight/gcp/machines';
import { permissionsOf } from '../../../tools/preflight/gcp/permissions';
import { PERMISSIONS_OF_DATA, PERMISSIONS_OF_TYPE } from '../../../tools/plan/resource-types/gcp';
import type { Stack } from '../../../tools/plan/synthesized';
import { wholeNumber } from '../../../tools/plan/evaluate-number';
import { synthesizedStack } from '../../kit/synthesize/stack';

const mockManifest = path.join(__dirname, '../../kit/playground/artifact-manifest.json');

jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () =>
    jest
      .requireActual<typeof import('../../../contracts/artifact-manifest')>('../../../contracts/artifact-manifest')
      .readArtifactManifest(mockManifest),
}));
jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

/** Settings that change which resources exist. */
const VARIANTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { PLAYGROUND: 'true' },
  { FIREWALL: 'true', OPERATOR_ACCESS: 'cloud-tunnel', DNS_FIREWALL: 'true', PLAYGROUND: 'true' },
  { NETWORK: 'existing', CERTIFICATE: 'existing', ENCRYPTION_KEY: 'existing', PLAYGROUND: 'true' },
  { DOMAIN: 'none', PERMISSIONS_BOUNDARY: 'existing' },
];

const project = path.resolve(__dirname, '../../..');

/** Types of resources and data sources whose bindings the modules import: those of every variant that there can be. */
function importedTypes(provider: 'aws' | 'google'): { resources: string[]; data: string[] } {
  const files = ['modules', 'stacks'].flatMap((root) =>
    fs
      .readdirSync(path.join(project, root), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(root, file)),
  );
  const names = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...fs
        .readFileSync(path.join(project, file), 'utf8')
        .matchAll(new RegExp(`from '@cdktf/provider-${provider}/lib/([a-z0-9-]+)'`, 'g')),
    ])
    .map(([, name]) => name!.replaceAll('-', '_'))
    .filter((name) => name !== 'provider');
  const isData = (name: string): boolean => name.startsWith('data_');
  return {
    resources: [...new Set(names.filter((name) => !isData(name)).map((name) => `${provider}_${name}`))].sort(),
    data: [...new Set(names.filter(isData).map((name) => name.replace('data_', '')))].sort(),
  };
}

describe.each(VARIANTS)('what the stacks with %j need', (settings) => {
  it('is known of each type on AWS', () => {
    const { actions, unknown } = actionsOf(synthesizedStack('aws', settings));
    expect(unknown).toEqual([]);
    expect(actions).toEqual(
      expect.arrayContaining(['ec2:RunInstances', 'iam:PassRole', 'elasticloadbalancing:CreateListener']),
    );
  });

  it('is known of each type on GCP, and the stack switches on each API but the two that it begins with', () => {
    const stack = synthesizedStack('gcp', settings);
    expect(permissionsOf(stack).unknown).toEqual([]);
    const { needed, enabled, unknown } = apisOf(stack);
    expect(unknown).toEqual([]);
    expect(needed.filter((api) => !enabled.includes(api))).toEqual(['serviceusage.googleapis.com']);
    // Google takes 100 permissions in one question.
    expect(Math.max(...[...permissionsOf(stack).byService.values()].map((those) => those.length))).toBeLessThanOrEqual(
      100,
    );
  });
});

describe('the lists of what types need', () => {
  it('hold the types that the modules use, and no other', () => {
    const aws = importedTypes('aws');
    expect(Object.keys(ACTIONS_OF_TYPE).sort()).toEqual(aws.resources);
    expect(Object.keys(ACTIONS_OF_DATA).sort()).toEqual(aws.data);
    const google = importedTypes('google');
    expect(Object.keys(PERMISSIONS_OF_TYPE).sort()).toEqual(google.resources);
    expect(Object.keys(PERMISSIONS_OF_DATA).sort()).toEqual(google.data);
  });

  it('name actions and permissions as the clouds write them', () => {
    const actions = [...Object.values(ACTIONS_OF_TYPE), ...Object.values(ACTIONS_OF_DATA)].flat();
    expect(actions.filter((action) => !/^[a-z0-9]+:[A-Z][A-Za-z]+$/.test(action))).toEqual([]);
    const permissions = [...Object.values(PERMISSIONS_OF_TYPE), ...Object.values(PERMISSIONS_OF_DATA)].flat();
    expect(permissions.filter((permission) => !/^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/.test(permission))).toEqual([]);
  });

  it('say of a type that nobody wrote down that it is not known', () => {
    const stack: Stack = { resources: [{ type: 'aws_new_thing', name: 'x', body: {} }], data: [], variables: {} };
    expect(actionsOf(stack).unknown).toEqual(['aws_new_thing']);
    expect(permissionsOf(stack).unknown).toEqual(['aws_new_thing']);
    expect(apisOf(stack).unknown).toEqual(['aws_new_thing']);
  });
});

describe('machines of a stack', () => {
  const values = {
    max_instances: '4',
    runner_min_instances: '3',
    runner_on_demand_instances: '2',
    runner_max_instances: '2',
  };

  it('are counted on AWS by their variables', () => {
    const stack = synthesizedStack('aws', { PLAYGROUND: 'true' });
    const of = (given: Record<string, string>) =>
      new Map(awsGroups(stack, given).map(({ name, ...group }) => [name, group]));
    expect(of({}).get('sandpiper-dev-playground-fleet')).toEqual({
      types: ['m6i.xlarge', 'm6a.xlarge', 'm5.xlarge', 'm7i.xlarge'],
      onDemand: { minimum: 1, maximum: 1 },
      spot: { minimum: 0, maximum: 9 },
    });
    expect(of({ ...values, runner_max_instances: '8' }).get('sandpiper-dev-playground-fleet')).toMatchObject({
      onDemand: { minimum: 2, maximum: 2 },
      spot: { minimum: 1, maximum: 6 },
    });
    expect(of(values).get('sandpiper-dev-user-api')).toEqual({
      types: ['t3.small'],
      onDemand: { minimum: 2, maximum: 4 },
      spot: { minimum: 0, maximum: 0 },
    });
  });

  it('are counted on GCP by their variables', () => {
    const groups = gcpGroups(synthesizedStack('gcp', { PLAYGROUND: 'true' }), { runner_max_instances: '8' });
    const counts = groups.map(({ name, isSpot, minimum, maximum, ssdGb }) => [name, isSpot, minimum, maximum, ssdGb]);
    expect(counts).toEqual(
      expect.arrayContaining([
        ['sandpiper-dev-playground-fleet-base', false, 1, 1, 30],
        ['sandpiper-dev-playground-fleet-spot', true, 0, 7, 30],
        ['sandpiper-dev-playground', false, 2, 6, 10],
        ['sandpiper-dev-user-api', false, 2, 6, 10],
      ]),
    );
    expect(counts).toHaveLength(4);
  });
});

describe('a number of the stack', () => {
  const stack: Stack = { resources: [], data: [], variables: { a: { default: 7 }, b: {}, c: { default: 'many' } } };

  it.each([
    [3, 3],
    ['${var.a}', 7],
    ['${max(1, (var.a - var.b))}', 5],
    ['${max(1, (var.b - var.a))}', 1],
    ['${min(var.a, 2 * var.b) + 1}', 5],
    ['${-var.b + 10}', 8],
  ])('of %j is %d', (attribute, expected) => {
    expect(wholeNumber(attribute, stack, { b: '2' })).toBe(expected);
  });

  it.each([
    ['${aws_vpc.x.id}', 'not known before the plan'],
    ['${var.b}', 'b is no number'],
    ['${var.c}', 'c is no number: "many"'],
    ['${max(1, 2}', 'not known before the plan'],
    ['${1 2}', 'not known before the plan'],
    [undefined, 'not known before the plan'],
  ])('of %j has no value', (attribute, message) => {
    expect(() => wholeNumber(attribute, stack, {})).toThrow(message);
  });
});

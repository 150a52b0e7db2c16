import { readPlan, type Target } from '../../../tools/plan/plan';
import { Unknown } from '../../../tools/plan/unknown';

interface Given {
  readonly values?: object;
  readonly unknown?: object;
  readonly expressions?: object;
}

/** What `terraform show -json` prints of a plan with these resources. */
function shown(resources: Readonly<Record<string, Given>>, more: object = {}): object {
  const all = Object.entries(resources).map(([address, given]) => {
    const [type, name] = address.split('.');
    return { address, mode: 'managed', type, name: name!.replace(/\[.*/, ''), ...given };
  });
  return {
    format_version: '1.2',
    planned_values: { root_module: { resources: all.map((one) => ({ ...one, values: one.values ?? {} })) } },
    resource_changes: all.map((one) => ({ ...one, change: { after_unknown: one.unknown ?? {} } })),
    configuration: {
      root_module: {
        resources: all.map(({ address, expressions }) => ({ address: address.replace(/\[.*/, ''), expressions })),
      },
    },
    ...more,
  };
}

const ref = (text: string) => ({ constant_value: `\${${text}}`, references: [text] });
const named = (targets: readonly Target[]) =>
  targets.map((target) => ('resource' in target ? target.resource.address : `outside ${target.outside}`));

describe('a plan', () => {
  const plan = readPlan(
    shown({
      'aws_vpc.main': { values: { cidr_block: '10.0.0.0/16' }, unknown: { id: true } },
      'aws_subnet.a[0]': { values: { id: 'subnet-0' } },
      'aws_subnet.a[1]': { unknown: { id: true, vpc_id: true }, expressions: { vpc_id: ref('aws_vpc.main.id') } },
      'aws_instance.x': {
        values: { ami: 'ami-1', blocks: [{ known: 1 }, {}] },
        unknown: { subnet_id: true, blocks: [{}, { late: true }], groups: true, choice: true, address: true },
        expressions: {
          subnet_id: { references: ['aws_subnet.a[1].id', 'aws_subnet.a[1]'] },
          blocks: [{}, { late: ref('aws_vpc.main.arn') }],
          groups: { constant_value: ['sg-1', '${aws_vpc.main.id}'], references: ['aws_vpc.main.id'] },
          choice: ref('local.choice'),
        },
      },
    }),
    { locals: { choice: '${var.own ? aws_vpc.main.id : var.other}', deep: '${local.choice}' } },
  );
  const [instance] = plan.of('aws_instance');

  it('knows values, what is written where they are known after apply, and nothing of what the provider chooses', () => {
    expect(instance!.values).toMatchObject({ ami: 'ami-1', blocks: [{ known: 1 }, { late: expect.any(Unknown) }] });
    expect(instance!.values.address).toBeUndefined();
    expect(plan.text(instance!.values.blocks[1].late)).toBe('${aws_vpc.main.arn}');
  });

  it('finds what a value names, by reference and by id', () => {
    expect(named(plan.resolve('subnet-0'))).toEqual(['aws_subnet.a[0]']);
    expect(named(plan.resolve(instance!.values.blocks[1].late, 'aws_vpc'))).toEqual(['aws_vpc.main']);
    // Which of several instances is meant is not told apart: all may be.
    expect(named(plan.resolve(instance!.values.subnet_id, 'aws_subnet'))).toEqual([
      'aws_subnet.a[0]',
      'aws_subnet.a[1]',
    ]);
  });

  it('says so where it names something else, or may', () => {
    expect(named(plan.resolve('sg-9'))).toEqual(['outside sg-9']);
    expect(named(plan.resolve('subnet-0', 'aws_vpc'))).toEqual(['outside subnet-0']);
    expect(named(plan.resolve(instance!.values.choice, 'aws_vpc'))).toEqual([
      'aws_vpc.main',
      'outside var.own',
      'outside var.other',
    ]);
    expect(plan.resolve(undefined)).toEqual([]);
  });

  it('holds no texts where the configuration is no JSON, which nothing may be read from', () => {
    expect(plan.text(instance!.values.subnet_id)).toBeUndefined();
  });

  it.each([
    ['no plan', {}, 'this is no plan: give what `terraform show -json <plan file>` prints'],
    ['an empty state', { format_version: '1.0' }, 'the plan holds no resources: is the state empty?'],
    [
      'modules',
      shown({}, { planned_values: { root_module: { child_modules: [{ address: 'module.a' }] } } }),
      'resources of modules are not followed: the plan holds module.a',
    ],
  ])('is refused: %s', (_, given, message) => {
    expect(() => readPlan(given)).toThrow(message);
  });
});

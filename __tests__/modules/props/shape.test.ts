import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { AWS_PLATFORM_SHAPE } from '../../../modules/aws/foundation/platform-shape';
import { GCP_PLATFORM_SHAPE } from '../../../modules/gcp/foundation/platform-shape';
import { InvalidPropError } from '../../../modules/props/invalid-prop';
import { checkShape, type PropRule, type Shape } from '../../../modules/props/shape';
import { SANDBOX_FLEET_SHAPE } from '../../../modules/sandbox-fleet/shape';
import { TLS_SERVICE_SHAPE } from '../../../modules/tls-service/shape';
import { PLATFORM as AWS, synthesizeAws } from '../../kit/synthesize/aws';
import { PLATFORM as GCP, synthesizeGcp } from '../../kit/synthesize/gcp';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

type Rules = Readonly<Record<string, PropRule>>;

/** What a variable is given as, whatever a prop's kind: cdktf marks each in another way. */
function terraformValues(stack: TerraformStack): readonly unknown[] {
  const { value, stringValue, numberValue, listValue, booleanValue } = new TerraformVariable(stack, 'given', {});
  return [value, stringValue, numberValue, listValue, booleanValue];
}

/** An object that has a value at the place of a rule, and whatever else the rules of its ancestors demand. */
function withValue(pattern: string, value: unknown, rules: Rules, complete: Readonly<Record<string, unknown>>): object {
  const [first, ...rest] = pattern.split(/[.]|(?=\[\])/) as [string, ...string[]];
  const place = (path: string, names: readonly string[], inner: unknown): unknown => {
    const [name, ...others] = names;
    if (name === undefined) return inner;
    const below = `${path}${name === '[]' ? '' : '.'}${name}`;
    const content = place(below, others, inner);
    if (name === '[]') return [content];
    if (name === '*') return { NAME: content };
    const siblings = Object.keys(rules).filter(
      (other) =>
        other !== below &&
        other.startsWith(`${path}.`) &&
        rules[other]!.includes('required') &&
        !other.slice(path.length + 1).includes('.'),
    );
    return {
      ...Object.fromEntries(
        siblings.map((other) => [other.slice(path.length + 1), rules[other]!.startsWith('list') ? ['x'] : 'x']),
      ),
      [name]: content,
    };
  };
  return { ...complete, [first]: place(first, rest, value) };
}

const SHAPES: readonly (readonly [what: string, Rules, complete: Readonly<Record<string, unknown>>])[] = [
  ['a TLS service', TLS_SERVICE_SHAPE, { artifact: { kind: 'binary', path: 'x' }, publicPaths: ['/v1/user'] }],
  [
    'a sandbox fleet',
    SANDBOX_FLEET_SHAPE,
    { runner: { kind: 'pushed', key: 'x', sha256: 'x', command: ['x'] }, eventStore: 'x' },
  ],
  ['the AWS platform', AWS_PLATFORM_SHAPE, AWS],
  ['the GCP platform', GCP_PLATFORM_SHAPE, GCP],
];

describe.each(SHAPES)('the props of %s', (_, rules, complete) => {
  const check = (props: object) => checkShape(props, rules as Shape<object>);
  const values = terraformValues(new TerraformStack(Testing.app(), 'stack'));
  const places = Object.entries(rules).filter(([, rule]) => !rule.startsWith('any'));

  it('are complete as the sweep begins with them', () => {
    expect(() => check(complete)).not.toThrow();
  });

  it.each(places)('%s (%s), given as a Terraform value', (pattern, rule) => {
    for (const value of values) {
      const given = () => check(withValue(pattern, value, rules, complete));
      if (rule.endsWith(' terraform')) expect(given).not.toThrow();
      else expect(given).toThrow(/: a Terraform value must be known at synth$/);
    }
  });

  it.each(places)('%s (%s), given as something else', (pattern) => {
    expect(() => check(withValue(pattern, Symbol.iterator, rules, complete))).toThrow(InvalidPropError);
    expect(() => check(withValue(pattern, null, rules, complete))).toThrow(InvalidPropError);
  });

  it('that do not exist are refused by their name', () => {
    expect(() => check({ ...complete, hostNmaes: ['a'] })).toThrow(/^hostNmaes: \["a"\] is no prop; there are /);
  });

  it('that are missing are asked for', () => {
    for (const name of Object.keys(complete)) {
      const { [name]: _left, ...others } = complete;
      if (rules[name]?.includes('required'))
        expect(() => check(others)).toThrow(new RegExp(`^${name}: undefined must be given`));
    }
  });
});

describe('a Terraform value in place of a flag', () => {
  it('opens nothing', () => {
    expect(() =>
      synthesizeAws((stack) => ({
        service: { internetEgress: new TerraformVariable(stack, 'egress', {}).value as boolean },
      })),
    ).toThrow('internetEgress: a Terraform value must be known at synth');
    expect(() =>
      synthesizeGcp((stack) => ({
        platform: { deletionProtection: new TerraformVariable(stack, 'protected', {}).booleanValue as never },
      })),
    ).toThrow('deletionProtection: a Terraform value must be known at synth');
  });
});

import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import * as fc from 'fast-check';
import { InvalidPropError } from '../../../modules/props/invalid-prop';
import { binary } from '../../../modules/machine/artifact';
import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory, terraformIn } from '../../kit/terraform';
import { anyName, anyServices } from './arbitraries';
import { INVALID_PROPS } from './invalid-props';
import type { Cloud } from '../../../modules/props/cloud';
import { addPlatform, makeService, propsFor, synthesizeServices } from './places';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const LIFE_SECONDS = 240;
/** The same cases in each run: a failure is a defect of the modules, never of chance. */
const SEED = 20_260_611;
/** Starting a provider takes seconds, so one `terraform validate` sees many services. */
const STACKS = 2;
const SERVICES_PER_STACK = 12;
const CASES_PER_INVALID_PROP = 8;
jest.setTimeout(60_000);
const PLACES: readonly Cloud[] = ['aws', 'gcp', 'local'];

const VALID = {
  id: 'user-api',
  props: {
    artifact: binary(__filename),
    publicPaths: ['/v1/user'],
    hostNames: ['api.example.com'],
    zone: 'example.com',
  },
};
const cases = fc.sample(
  fc.record({
    names: fc.record({
      application: anyName(12).filter((name) => name !== 'internal'),
      environment: anyName(16),
    }),
    services: anyServices(__filename, SERVICES_PER_STACK),
  }),
  { seed: SEED, numRuns: STACKS },
);

describe('valid props', () => {
  if (!requireTool('terraform')) return;
  const google = requireGoogleProvider();
  const outdir = temporaryDirectory('contract');
  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));
  const synthesized = (cloud: 'aws' | 'gcp', index: number) => {
    const { names, services } = cases[index]!;
    return synthesizeServices(path.join(outdir, `${cloud}-${index}`), cloud, names, services);
  };
  const read = (directory: string) => fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8');
  const indexes = cases.map((_, index) => index);

  it.each(indexes)(
    `are ${SERVICES_PER_STACK} services that Terraform validates on AWS: stack %i`,
    async (index) => {
      const terraform = terraformIn(synthesized('aws', index));
      await terraform.init();
      await terraform.validate();
    },
    LIFE_SECONDS * 1000,
  );

  it.each(indexes)(
    `are ${SERVICES_PER_STACK} services that Terraform validates on GCP: stack %i`,
    async (index) => {
      const stack = read(synthesized('gcp', index));
      const terraform = await google.planningTerraform({ 'cdk.tf.json': stack });
      await terraform.init();
      await terraform.validate();
    },
    LIFE_SECONDS * 1000,
  );

  it('are valid on this machine', () => {
    for (const { props } of cases.flatMap(({ services }) => services)) makeService('local', props);
  });

  it(
    'are told from invalid ones by Terraform too',
    async () => {
      const terraform = await google.planningTerraform({
        'cdk.tf.json': read(synthesized('gcp', 0)).replaceAll('"EXTERNAL_MANAGED"', '"SOMETHING_ELSE"'),
      });
      await terraform.init();
      const { exitCode, stderr } = await terraform.run(['validate', '-no-color']);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('load_balancing_scheme');
    },
    LIFE_SECONDS * 1000,
  );
});

describe.each(PLACES)('an error names the prop on %s', (place) => {
  it('does not come for valid props', () => makeService(place, VALID.props));

  // This machine has an authority of its own: no certificate is missing there.
  const refused = INVALID_PROPS.filter(({ prop }) => !(place === 'local' && prop === 'certificate'));
  it.each(refused)('$prop', ({ prop, values, put }) => {
    for (const value of fc.sample(values, { seed: SEED, numRuns: CASES_PER_INVALID_PROP })) {
      const error = errorOf(() => makeService(place, put(VALID.props, value)));
      expect({ value, prop: error?.prop, isNamed: error?.message.startsWith(`${prop}: `) }).toEqual({
        value,
        prop,
        isNamed: true,
      });
    }
  });
});

const NAMES = { application: 'app', environment: 'dev' };
const newStack = () => new TerraformStack(new App(), 'contract');

describe.each(['aws', 'gcp'] as const)('names on %s', (cloud) => {
  const notAName = (maximum: number) => [
    ...['', 'A', '1a', 'a-', '-a', 'a--b', 'a_b', 'a.b', 'ä', 'a b'],
    ...fc.sample(
      fc.integer({ min: maximum + 1, max: 80 }).map((length) => 'a'.repeat(length)),
      { seed: SEED, numRuns: 10 },
    ),
  ];

  it.each([
    ['application', 12],
    ['environment', 16],
  ] as const)('%s is refused by name', (prop, maximum) => {
    for (const value of notAName(maximum)) {
      expect([value, errorOf(() => addPlatform(newStack(), cloud, { ...NAMES, [prop]: value }))?.prop]).toEqual([
        value,
        prop,
      ]);
    }
  });

  it('a service is refused by its id', () => {
    const platform = addPlatform(newStack(), cloud, NAMES);
    for (const id of new Set(notAName(16))) {
      expect([id, errorOf(() => platform.tlsService(id, propsFor(cloud, VALID)))?.prop]).toEqual([id, 'id']);
    }
  });

  it('a second service of the same name is refused by its id', () => {
    const platform = addPlatform(newStack(), cloud, NAMES);
    platform.tlsService('twice', propsFor(cloud, VALID));
    expect(errorOf(() => platform.tlsService('twice', propsFor(cloud, VALID)))?.message).toMatch(
      /^id: "twice" is taken/,
    );
  });

  it('a service with the name of a part of the platform is made, or refused by its id', () => {
    const platform = addPlatform(newStack(), cloud, NAMES);
    for (const id of ['network', 'artifacts', 'key', 'access-logs', 'services']) {
      const error = errorOf(() => platform.tlsService(id, propsFor(cloud, VALID)));
      expect([undefined, 'id']).toContain(error?.prop);
    }
  });
});

function errorOf(run: () => void): InvalidPropError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidPropError) return error;
    throw error;
  }
  return undefined;
}

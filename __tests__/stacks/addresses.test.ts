import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { readSettings } from '../../stacks/settings';
import { stackVariants } from '../../tools/test/stack-variants';
import { temporaryDirectory } from '../kit/terraform';

const mockKit = path.join(__dirname, '../kit/playground');

// The programs need not be built to know what deploys them.
jest.mock('../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () => jest.requireActual<object>(`${mockKit}/artifact-manifest.json`),
  pushedPrograms: (architecture: 'x64' | 'arm64') =>
    jest.requireActual<{ programs: Record<string, object> }>(`${mockKit}/program-manifest.json`).programs[architecture],
}));
jest.mock('../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

import { AwsStack } from '../../stacks/aws-stack';
import { GcpStack } from '../../stacks/gcp-stack';

/** Every resource and data source of a stack, by its address. */
function addressesOf(Stack: typeof AwsStack | typeof GcpStack, env: Readonly<Record<string, string>>): string[] {
  const outdir = temporaryDirectory('addresses');
  const app = new App({ outdir });
  new Stack(app, 'stack', readSettings({ env, context: () => undefined }));
  app.synth();
  const { resource, data } = JSON.parse(
    fs.readFileSync(path.join(outdir, 'stacks/stack/cdk.tf.json'), 'utf8'),
  ) as Record<'resource' | 'data', Record<string, object> | undefined>;
  fs.rmSync(outdir, { recursive: true });
  const list = (blocks: Record<string, object> = {}, prefix = ''): string[] =>
    Object.entries(blocks).flatMap(([type, named]) => Object.keys(named).map((name) => `${prefix}${type}.${name}`));
  return [...list(resource), ...list(data, 'data.')].sort();
}

// A rename destroys and creates what was deployed: an update of this snapshot is a decision, told in the release's notes.
describe.each(Object.entries(stackVariants))('the addresses of variant "%s"', (_variant, env) => {
  it.each([
    ['aws-stack', AwsStack],
    ['gcp-stack', GcpStack],
  ] as const)('of %s', (_id, Stack) => {
    expect(addressesOf(Stack, env)).toMatchSnapshot();
  });
});

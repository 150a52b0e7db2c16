import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { readSettings } from '../../stacks/settings';

// The programs need not be built to know what deploys them.
jest.mock('../../stacks/artifacts', () => ({ programPath: () => __filename }));
jest.mock('../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

import { AwsStack } from '../../stacks/aws-stack';
import { GcpStack } from '../../stacks/gcp-stack';

/** Every resource and data source of a stack, by its address. */
function addressesOf(Stack: typeof AwsStack | typeof GcpStack, id: string): string[] {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-addresses-'));
  const app = new App({ outdir });
  new Stack(app, id, readSettings({ env: {}, context: () => undefined }));
  app.synth();
  const { resource, data } = JSON.parse(
    fs.readFileSync(path.join(outdir, 'stacks', id, 'cdk.tf.json'), 'utf8'),
  ) as Record<'resource' | 'data', Record<string, object> | undefined>;
  fs.rmSync(outdir, { recursive: true });
  const list = (blocks: Record<string, object> = {}, prefix = ''): string[] =>
    Object.entries(blocks).flatMap(([type, named]) => Object.keys(named).map((name) => `${prefix}${type}.${name}`));
  return [...list(resource), ...list(data, 'data.')].sort();
}

// A rename destroys and creates what was deployed: an update of this snapshot is a decision, told in the release's notes.
describe('the addresses with default settings', () => {
  it('of aws-stack', () => {
    expect(addressesOf(AwsStack, 'aws-stack')).toMatchSnapshot();
  });

  it('of gcp-stack', () => {
    expect(addressesOf(GcpStack, 'gcp-stack')).toMatchSnapshot();
  });
});

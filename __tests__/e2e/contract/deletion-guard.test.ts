import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, DataResource, TerraformStack, TerraformVariable } from 'cdktf';
import { guardAgainstDeletion } from '../../../modules/props/deletion-guard';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory, terraformIn, type Terraform } from '../../kit/terraform';

/** A store whose creation may stop half-way, as a group does whose machines never get healthy: Terraform then has it as tainted. */
function stackIn(outdir: string, isProtected: boolean): string {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'stack');
  const engine = new TerraformVariable(stack, 'engine', { type: 'string', default: '8.0' });
  const cause = new TerraformVariable(stack, 'exit_code', { type: 'number', default: 0 });
  const store = new DataResource(stack, 'store', {
    triggersReplace: { engine: engine.value },
    provisioners: [{ type: 'local-exec', command: `exit ${cause.stringValue}` }],
  });
  guardAgainstDeletion(store, isProtected);
  app.synth();
  return path.join(outdir, 'stacks', 'stack');
}

describe('a deletion guard', () => {
  if (!requireTool('terraform')) return;
  const directory = temporaryDirectory('guard');
  const outdirs = { on: path.join(directory, 'on'), off: path.join(directory, 'off') };
  let terraform: Terraform;

  beforeAll(async () => {
    terraform = terraformIn(stackIn(outdirs.on, true));
    await terraform.init();
  });

  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  it('lets a resource be replaced whose creation stopped half-way, then refuses to lose it', async () => {
    await expect(terraform.with({ variables: { exit_code: 3 } }).apply()).rejects.toThrow(/exit status 3/);
    await terraform.apply();
    expect((await terraform.plan()).hasChanges).toBe(false);
    const refused = /store-guard[\s\S]*lifecycle\.prevent_destroy/;
    await expect(terraform.with({ variables: { engine: '8.1' } }).plan()).rejects.toThrow(refused);
    await expect(terraform.destroy()).rejects.toThrow(refused);
  });

  it('is gone with the protection', async () => {
    const unprotected = stackIn(outdirs.off, false);
    fs.copyFileSync(path.join(unprotected, 'cdk.tf.json'), path.join(terraform.directory, 'cdk.tf.json'));
    await terraform.with({ variables: { engine: '8.1' } }).apply();
    await terraform.destroy();
  });
});

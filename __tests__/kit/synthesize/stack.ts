import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { readStack, type Stack } from '../../../tools/plan/synthesized';
import type { Cloud } from '../../../modules/props/cloud';
import { AwsStack } from '../../../stacks/aws-stack';
import { GcpStack } from '../../../stacks/gcp-stack';
import { readSettings } from '../../../stacks/settings';
import { temporaryDirectory } from '../terraform';

/** The stack of a cloud as `./sandpiper preflight` reads it. The test mocks what needs built programs. */
export function synthesizedStack(cloud: Cloud, env: Readonly<Record<string, string>> = {}): Stack {
  const outdir = temporaryDirectory(`preflight-${cloud}`);
  const app = new App({ outdir });
  const id = `${cloud}-stack`;
  new (cloud === 'aws' ? AwsStack : GcpStack)(app, id, readSettings({ env, context: () => undefined }));
  app.synth();
  const text = fs.readFileSync(path.join(outdir, 'stacks', id, 'cdk.tf.json'), 'utf8');
  fs.rmSync(outdir, { recursive: true });
  return readStack(text);
}

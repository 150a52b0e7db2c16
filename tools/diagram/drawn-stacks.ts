import type { TerraformStack } from 'cdktf';
import type { ArtifactManifest } from '../../contracts/artifact-manifest';
import type { Settings } from '../../stacks/settings';
import { readStackTree, type StackTree } from './stack-tree';

/** The stacks that are drawn, as `cdktf deploy` knows them. */
export type DrawnStack = 'aws-stack' | 'gcp-stack';

const SHA256 = '0'.repeat(64);
const placeholder = (folder: string) => ({ key: `${folder}/${SHA256}`, sha256: SHA256, bytes: 1 });

/** Stands for what was built: a picture is the same whether anything was or not, and nothing here is ever deployed. */
const PLACEHOLDER: ArtifactManifest = {
  schemaVersion: 1,
  architecture: 'x64',
  gateway: placeholder('gateway'),
  runner: placeholder('runner'),
  images: [{ ...placeholder('images'), language: 'any', version: '1', exactVersion: '1' }],
};

/**
 * Synthesizes a stack with its default settings and the playground, in memory, whatever the environment says. The provider's bindings are
 * loaded here and nowhere else in the CLI.
 */
export function drawnStack(name: DrawnStack): StackTree {
  const { App } = require('cdktf') as typeof import('cdktf');
  const { readSettings } = require('../../stacks/settings') as typeof import('../../stacks/settings');
  const settings: Settings = {
    ...readSettings({ env: { PLAYGROUND: 'true' }, context: () => undefined }),
    playgroundArtifacts: PLACEHOLDER,
  };
  const app = new App({ outdir: 'cdktf.out', skipValidation: true, context: {} });
  return readStackTree(makeStack(app, name, settings));
}

function makeStack(app: import('cdktf').App, name: DrawnStack, settings: Settings): TerraformStack {
  if (name === 'aws-stack') {
    const { AwsStack } = require('../../stacks/aws-stack') as typeof import('../../stacks/aws-stack');
    return new AwsStack(app, name, settings);
  }
  const { GcpStack } = require('../../stacks/gcp-stack') as typeof import('../../stacks/gcp-stack');
  return new GcpStack(app, name, settings);
}

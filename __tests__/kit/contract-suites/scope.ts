import { TerraformStack, Testing } from 'cdktf';
import { RootConstruct, type Construct } from 'constructs';
import type { Cloud } from '../../../modules/props/cloud';

/** Where a platform of a test stands: a stack of its own, or the root of a tree without Terraform. */
export function newScope(cloud: Cloud): Construct {
  return cloud === 'local' ? new RootConstruct() : new TerraformStack(Testing.app(), `${cloud}-stack`);
}

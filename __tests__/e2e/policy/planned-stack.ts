import * as fs from 'node:fs';
import * as path from 'node:path';
import { allResources, type TerraformPlan } from '../../kit/terraform';

/** A stack as Terraform plans it, and as it was synthesized. */
export interface PlannedStack {
  readonly plan: TerraformPlan;
  readonly resources: readonly PlannedResource[];
}

/** A resource of the plan. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  /** What the plan knows; absent: not known before apply, or not set. */
  readonly planned: Record<string, any>;
  /** What the stack says, references (`${aws_kms_key.x.arn}`) included: a plan leaves whole texts out that hold one. */
  readonly written: Record<string, any>;
}

/** Joins a plan with the synthesized stack in `directory`. */
export function plannedStack(plan: TerraformPlan, directory: string): PlannedStack {
  const { resource } = JSON.parse(fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8')) as {
    resource: Record<string, Record<string, Record<string, any>>>;
  };
  const resources = allResources(plan)
    .filter(({ mode }) => mode === 'managed')
    .map(({ address, type, name, values }) => ({
      address,
      type,
      planned: values ?? {},
      written: resource[type]![name]!,
    }));
  return { plan, resources };
}

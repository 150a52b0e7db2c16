import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/** Oldest Terraform with write-only arguments (Terraform 1.11 release notes). */
const TERRAFORM_VERSION = '>= 1.11.0';

/**
 * Provider versions that take what these modules write. 5.100 has every argument; what only 6.x has (`region` on each
 * resource) is not used. The bindings would pin the one version that they were generated from.
 */
const PROVIDER_VERSION = '>= 5.100.0, < 7.0.0';

/** Sets up the AWS provider of the stack: region, default tags, version range. */
export function addAwsProvider(scope: Construct, region: string, tags: Readonly<Record<string, string>>): AwsProvider {
  const stack = TerraformStack.of(scope);
  stack.addOverride('terraform.required_version', TERRAFORM_VERSION);
  stack.addOverride('terraform.required_providers.aws.version', PROVIDER_VERSION);
  return new AwsProvider(scope, 'aws', { region, defaultTags: [{ tags: { ...tags } }] });
}

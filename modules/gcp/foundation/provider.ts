import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/** Oldest Terraform with write-only arguments (Terraform 1.11 release notes). */
const TERRAFORM_VERSION = '>= 1.11.0';

/**
 * Provider versions that take what these modules write: 6.43 (8 July 2025) was the first with `deletion_protection` of a secret and the
 * authority of a Memorystore instance. The bindings would pin the one version that they were generated from.
 */
const PROVIDER_VERSION = '>= 6.43.0, < 7.0.0';

/** Sets up the Google provider of the stack: project, region, default labels, version range. */
export function addGoogleProvider(
  scope: Construct,
  props: { readonly project: string; readonly region: string; readonly labels: Readonly<Record<string, string>> },
): GoogleProvider {
  const stack = TerraformStack.of(scope);
  stack.addOverride('terraform.required_version', TERRAFORM_VERSION);
  stack.addOverride('terraform.required_providers.google.version', PROVIDER_VERSION);
  return new GoogleProvider(scope, 'google', {
    project: props.project,
    region: props.region,
    defaultLabels: { ...props.labels },
  });
}

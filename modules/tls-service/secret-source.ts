import type { TerraformVariable } from 'cdktf';

/** Where the value of a secret comes from. In no case does the value itself pass through the construct tree. */
export type SecretSource = ExistingSecret | SecretFromVariable;

/** A secret that exists in the cloud's secret manager, made and rotated by somebody else. */
export interface ExistingSecret {
  readonly kind: 'existing';
  /** AWS: ARN of the Secrets Manager secret. GCP: `projects/<project>/secrets/<id>`. Local: name of an environment variable. */
  readonly id: string;
  /**
   * Version to read. A new value here rolls the instances.
   * AWS: a version id; GCP: a version number.
   * @default - the current version at each boot (AWS stage `AWSCURRENT`, GCP `latest`)
   */
  readonly version?: string;
}

/** A secret that this stack writes from an ephemeral Terraform variable, through a write-only argument. */
export interface SecretFromVariable {
  readonly kind: 'variable';
  /** An ephemeral variable (see {@link ephemeralVariable}): its value reaches neither plan nor state. */
  readonly variable: TerraformVariable;
  /** Raise it by one to write the variable's present value as a new version; the instances are then rolled. Whole number, at least 1; may be a Terraform value. */
  readonly version: number;
}

/** Uses a secret that exists already. */
export function existing(id: string, version?: string): ExistingSecret {
  return { kind: 'existing', id, version };
}

/** Writes the secret from an ephemeral variable; raise `version` to write it again. */
export function fromVariable(variable: TerraformVariable, version: number): SecretFromVariable {
  return { kind: 'variable', variable, version };
}

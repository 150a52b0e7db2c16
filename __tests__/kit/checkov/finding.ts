/** A rule that a resource of a plan does not keep. */
export interface Finding {
  /** Id of the rule: Checkov's (`CKV_AWS_18`) or ours (`narrow-iam`). */
  readonly check: string;
  /** Address of the resource, as Terraform shows it. */
  readonly resource: string;
  readonly problem: string;
}

/** One question about this machine: a file of this folder exports it, and `checks.ts` lists it. */
export interface Check {
  /** What is looked at, such as `Terraform`. */
  readonly name: string;
  /** What needs it, such as `deploy, test`. */
  readonly neededBy: string;
  readonly look: () => Finding | Promise<Finding>;
}

/** What a check found. */
export interface Finding {
  /** `warning`: works, but should be looked at. */
  readonly state: 'ok' | 'warning' | 'missing';
  /** What is there, such as a version and a path, or what is not. */
  readonly found: string;
  /** The line to run or the thing to do. Given unless all is well. */
  readonly fix?: string;
}

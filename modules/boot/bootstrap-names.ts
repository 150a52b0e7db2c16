/**
 * Names of the bootstrap buckets, which hold what machines need and no stack uploads. Here, where no provider is needed, for the stacks
 * and the command line both say them.
 */

/** The bucket of an account and region. */
export function awsBootstrapBucket(place: {
  readonly application: string;
  readonly accountId: string;
  readonly region: string;
}): string {
  return `${place.application}-bootstrap-${place.accountId}-${place.region}`;
}

/** The bucket of a project. */
export function gcpBootstrapBucket(place: { readonly project: string; readonly application: string }): string {
  return `${place.project}-${place.application}-bootstrap`;
}

/** Name of the bootstrap bucket on AWS: one for each account and region, at most 50 characters. */
export function awsBootstrapBucketName(place: {
  readonly application: string;
  readonly accountId: string;
  readonly region: string;
}): string {
  return `${place.application}-bootstrap-${place.accountId}-${place.region}`;
}

/** Name of the bootstrap bucket on GCP: one for each project. Bucket names are global; the project's id makes this one unique. */
export function gcpBootstrapBucketName(place: { readonly project: string; readonly application: string }): string {
  return `${place.project}-${place.application}-bootstrap`;
}

/**
 * What objects of a bootstrap bucket are, each kind once: the first parts of their keys, such as `runner/` of `runner/<sha256>.tar.gz`. A key
 * without parts is all of it.
 */
export function kindsOfKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1) || key))].sort();
}

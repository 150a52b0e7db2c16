/** Where a platform deploys to; `local` is this machine. */
export type Cloud = 'aws' | 'gcp' | 'local';

/** A cloud that Terraform deploys to. */
export type ProviderCloud = Exclude<Cloud, 'local'>;

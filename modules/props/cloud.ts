/** Where a platform deploys to. */
export type Cloud = 'aws' | 'gcp';

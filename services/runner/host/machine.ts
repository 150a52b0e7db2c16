/** What the runner's machine is, and what it must know to speak of its end. */
export type Machine =
  | { readonly kind: 'local' }
  | { readonly kind: 'gcp' }
  | { readonly kind: 'aws'; readonly autoScalingGroup: string; readonly lifecycleHook: string };

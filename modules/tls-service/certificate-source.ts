/** Where the certificate of the TLS listener comes from. */
export type CertificateSource = ManagedCertificate | ExistingCertificates;

/** Issued and renewed by the cloud, proved by DNS records that this stack writes into the service's zone. */
export interface ManagedCertificate {
  readonly kind: 'managed';
}

/** Issued elsewhere and present in the cloud, such as by `./sandpiper cert import`. */
export interface ExistingCertificates {
  readonly kind: 'existing';
  /**
   * AWS: ACM certificate ARNs of the load balancer's region; the first is the listener's default, the others are chosen by SNI.
   * GCP: Certificate Manager certificate ids (`projects/<project>/locations/global/certificates/<name>`): one for all clients,
   * or one for each of `hostNames` in the same order, the first also for clients that name another host. Or one
   * certificate map id (`projects/<project>/locations/global/certificateMaps/<name>`), known at synth.
   */
  readonly ids: readonly [string, ...string[]];
}

/** A managed certificate for all of the service's host names. Needs `hostNames` and `zone`. */
export function managedCertificate(): ManagedCertificate {
  return { kind: 'managed' };
}

/** One or more certificates that exist already. */
export function existingCertificates(...ids: [string, ...string[]]): ExistingCertificates {
  return { kind: 'existing', ids };
}

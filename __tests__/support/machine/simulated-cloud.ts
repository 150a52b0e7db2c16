import type * as http from 'node:http';

/** One machine, as its cloud's metadata server knows it. */
export interface MachineIdentity {
  /** AWS: `i-…`; GCP: a number. */
  readonly id: string;
  readonly address: string;
  /** User data or `startup-script`. */
  readonly bootScript: string;
}

/** What a machine finds around it: its metadata server and the cloud's APIs. */
export interface SimulatedCloud {
  readonly name: 'aws' | 'gcp';
  /** Answers http://169.254.169.254 for one machine. */
  metadata(machine: MachineIdentity): http.RequestListener;
  /** Answers https, whatever the host name. */
  readonly api: http.RequestListener;
  /** Requests so far that the cloud refused, such as `403 s3…: the signature does not match`. */
  readonly refused: readonly string[];
}

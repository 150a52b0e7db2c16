import type * as http from 'node:http';
import type * as http2 from 'node:http2';
import type { Duplex } from 'node:stream';

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
  /** Answers calls over HTTP/2 to some hosts, such as gRPC. @default none: HTTP/1.1 alone is spoken */
  readonly streams?: {
    readonly hosts: readonly string[];
    serve(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void;
  };
  /** The event store, which machines reach by TLS on port 6379. @default none */
  readonly events?: {
    /** Address, where it has no name. @default - that of the cloud's hosts, whatever name was looked up */
    readonly address?: string;
    /** Its certificate, in PEM. @default - the authority that machines trust signs for the name that was asked for */
    readonly certificate?: { readonly cert: string; readonly key: string };
    serve(connection: Duplex): void;
  };
  /** Requests so far that the cloud refused, such as `403 s3…: the signature does not match`. */
  readonly refused: readonly string[];
}

/**
 * What one machine is to run: written by the cloud modules, carried by the boot script, read by the host agent
 * (`services/host-agent`), which refuses a `schemaVersion` that it does not know. It holds no secret's value.
 * Values may be Terraform tokens: they are resolved when the script is rendered into user data.
 */
export interface MachineSpec {
  readonly schemaVersion: 1;
  readonly cloud: 'aws' | 'gcp';
  /** AWS region or GCP region. */
  readonly region: string;
  /** GCP project id. AWS: absent. */
  readonly project?: string;
  /** Name of the service: the systemd unit is `<service>.service`, its user `<service>`. */
  readonly service: string;
  /** Environment name, such as `prod`; a field of every log line. */
  readonly environmentName: string;
  /** How much the unit may do: `service` is locked down; `sandbox-host` has what a sandbox runtime needs. */
  readonly profile: 'service' | 'sandbox-host';
  /** The host agent itself, fetched by the boot script before anything else. */
  readonly hostAgent: StoredObject;
  /** The program. */
  readonly artifact: StoredObject & { readonly kind: 'binary' | 'archive' };
  /** Arguments vector. A binary: `["./program", ...args]`; an archive: the command, relative to where it was unpacked. */
  readonly command: readonly string[];
  /** Plain environment variables; `PORT` among them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets, by the name of the variable they are given in. */
  readonly secrets: readonly { readonly variable: string; readonly id: string; readonly version?: string }[];
  /** Port the program listens on. */
  readonly port: number;
  readonly health: {
    readonly path: string;
    readonly expectedStatus: number;
    /** Port on which the agent answers 200 or 503 for the program (GCP). Absent: no bridge. */
    readonly bridgePort?: number;
    /** Days after which the bridge answers 503, so that the group replaces the machine, 0 to 365. @default 0 - never */
    readonly maximumAgeDays?: number;
  };
  /** Seconds the program has to end after SIGTERM. */
  readonly drainSeconds: number;
  /** Where the journal goes. AWS: `{logGroup}`; GCP: `{logName}`. */
  readonly logs: { readonly logGroup?: string; readonly logName?: string };
}

/** One version of an object in the artifact bucket, checked by its content's hash. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /**
   * Version of the object: S3 version id (`?versionId=`) or GCS generation (`?generation=`). A machine that is rolled back to
   * an older boot script finds the bytes that script names. @default - the current one
   */
  readonly version?: string;
  /** SHA-256 of the object's bytes, lower-case hex. */
  readonly sha256: string;
}

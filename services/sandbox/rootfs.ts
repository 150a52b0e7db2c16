/** A directory or file of the host that a sandbox sees, read-only. */
export interface RootfsBind {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the sandbox; it must exist in the root directory, as a mount point. */
  readonly destination: string;
}

/**
 * What a job sees as `/`, read-only. It has the empty directories `/proc`, `/dev`, `/tmp`, `/work` and
 * `/.sandbox` as mount points. The sandbox mounts its own over them.
 */
export interface Rootfs {
  /** Names the content: sandboxes of the same id may stand in for one another. */
  readonly id: string;
  /** Absolute path of the root directory on the host: an unpacked or mounted image, or the skeleton for the host's toolchains. */
  readonly directory: string;
  /** PATH by which commands are found in it. @default that of any job */
  readonly path?: string;
  /** @default none */
  readonly binds?: readonly RootfsBind[];
}

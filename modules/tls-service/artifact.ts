/** CPU architecture of a machine, and so of the program it runs. */
export type Architecture = 'x64' | 'arm64';

/** The program a TLS service runs, as a file on the machine that synthesizes. */
export type Artifact = BinaryArtifact | ArchiveArtifact;

/** One executable Linux file that listens on the service's port. Statically linked, or linked against what Debian 12 has. */
export interface BinaryArtifact {
  readonly kind: 'binary';
  /** Path of the file. A relative path is taken from the working directory of the synthesis. */
  readonly path: string;
  /** Arguments given to it. @default none */
  readonly args?: readonly string[];
}

/** A gzip-compressed tar archive, unpacked on the machine, and the command to run in it. */
export interface ArchiveArtifact {
  readonly kind: 'archive';
  /** Path of the `.tar.gz` file. */
  readonly path: string;
  /** Program and arguments. The program is a path inside the archive, such as `bin/server`. */
  readonly command: readonly [string, ...string[]];
}

/** The program is one executable file. */
export function binary(path: string, args?: readonly string[]): BinaryArtifact {
  return { kind: 'binary', path, args };
}

/** The program is `command`, inside a `.tar.gz` archive. */
export function archive(path: string, command: readonly [string, ...string[]]): ArchiveArtifact {
  return { kind: 'archive', path, command };
}

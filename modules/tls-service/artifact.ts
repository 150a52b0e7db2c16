/** CPU architecture of a machine, and so of the program it runs. */
export type Architecture = 'x64' | 'arm64';

/** The program a service runs. */
export type Artifact = BinaryArtifact | ArchiveArtifact | PushedArtifact;

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

/**
 * A gzip-compressed tar archive that lies in the bootstrap bucket of the account already, and the command to run in it: nothing of it travels with the configuration, so that a remote run of Terraform uploads none of it.
 */
export interface PushedArtifact {
  readonly kind: 'pushed';
  /** Key of the object: content-addressed, it holds {@link sha256}. */
  readonly key: string;
  /** SHA-256 of the archive, lower-case hex. */
  readonly sha256: string;
  /** Program and arguments. The program is a path inside the archive, such as `bin/server`. */
  readonly command: readonly [string, ...string[]];
}

/** What a machine unpacks: a pushed artifact is an archive. */
export function kindOnMachine({ kind }: Artifact): 'binary' | 'archive' {
  return kind === 'binary' ? 'binary' : 'archive';
}

/** Program and arguments on the machine, relative to where the artifact was put. */
export function commandOnMachine(artifact: Artifact): readonly string[] {
  return artifact.kind === 'binary' ? ['./program', ...(artifact.args ?? [])] : artifact.command;
}

/** The program is one executable file. */
export function binary(path: string, args?: readonly string[]): BinaryArtifact {
  return { kind: 'binary', path, args };
}

/** The program is `command`, inside a `.tar.gz` archive. */
export function archive(path: string, command: readonly [string, ...string[]]): ArchiveArtifact {
  return { kind: 'archive', path, command };
}

/** The program is `command`, inside an archive that was pushed to the bootstrap bucket. */
export function pushed(
  object: { readonly key: string; readonly sha256: string },
  command: readonly [string, ...string[]],
): PushedArtifact {
  return { kind: 'pushed', key: object.key, sha256: object.sha256, command };
}

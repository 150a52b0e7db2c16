import { InvalidPropError } from '../props/invalid-prop';

/** CPU architecture of a machine, and so of the program it runs. */
export type Architecture = 'x64' | 'arm64';

/** The program a service runs. */
export type Artifact = BinaryArtifact | ArchiveArtifact | PushedArtifact | PushedBinaryArtifact;

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
 * A file that lies in the bootstrap bucket of the account already: nothing of it travels with the configuration, so that a remote run of
 * Terraform uploads none of it.
 */
export interface PushedFile {
  /** Key of the object: content-addressed, it holds {@link sha256}. */
  readonly key: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
}

/** A gzip-compressed tar archive in the bootstrap bucket, and the command to run in it. */
export interface PushedArtifact extends PushedFile {
  readonly kind: 'pushed';
  /** Program and arguments. The program is a path inside the archive, such as `bin/server`. */
  readonly command: readonly [string, ...string[]];
}

/** One executable Linux file in the bootstrap bucket: otherwise as {@link BinaryArtifact}. */
export interface PushedBinaryArtifact extends PushedFile {
  readonly kind: 'pushedBinary';
  /** Arguments given to it. @default none */
  readonly args?: readonly string[];
}

/** What a machine does with the file: an archive is unpacked. */
export function kindOnMachine(artifact: Artifact): 'binary' | 'archive' {
  return 'command' in artifact ? 'archive' : 'binary';
}

/** Program and arguments on the machine, relative to where the artifact was put. */
export function commandOnMachine(artifact: Artifact): readonly string[] {
  return 'command' in artifact ? artifact.command : ['./program', ...(artifact.args ?? [])];
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
export function pushed({ key, sha256 }: PushedFile, command: readonly [string, ...string[]]): PushedArtifact {
  return { kind: 'pushed', key, sha256, command };
}

/** The program is one executable file that was pushed to the bootstrap bucket. */
export function pushedBinary({ key, sha256 }: PushedFile, args?: readonly string[]): PushedBinaryArtifact {
  return { kind: 'pushedBinary', key, sha256, args };
}

/** @throws InvalidPropError unless it is an archive that was pushed to the bootstrap bucket, under a content-addressed key */
export function requirePushed(prop: string, artifact: Artifact): PushedArtifact {
  if (artifact.kind !== 'pushed') {
    throw new InvalidPropError(`${prop}.kind`, artifact.kind, 'must be pushed: an archive in the bootstrap bucket');
  }
  checkPushed(prop, artifact);
  return artifact;
}

/** @throws InvalidPropError unless the key is content-addressed: machines of a rollback find the bytes they name */
export function checkPushed(prop: string, { key, sha256 }: PushedFile): void {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new InvalidPropError(`${prop}.sha256`, sha256, 'must be 64 lower-case hex digits');
  }
  if (!key.includes(sha256) || !/^[A-Za-z0-9._/-]+$/.test(key)) {
    throw new InvalidPropError(`${prop}.key`, key, 'must hold the SHA-256, such as "gateway/<sha256>.tar.gz"');
  }
}

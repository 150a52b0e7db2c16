import * as fs from 'node:fs';

/** An object of the bootstrap bucket. Its key holds the SHA-256 of its bytes: what an older boot script names stays there. */
export interface PushedObject {
  /** Such as `gateway/<sha256>.tar.gz`. */
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A root file system that runners fetch when the first job of its version comes. */
export interface PushedImage extends PushedObject {
  /** Id of the language. */
  readonly language: string;
  /** Version's entry in the catalogue, such as `3.11`. */
  readonly version: string;
  /** What the toolchain says of itself, such as `3.11.2`. */
  readonly exactVersion: string;
  /** PATH of its jobs, where the image is configured with one. @default that of any job */
  readonly path?: string;
}

/** What lies in the bootstrap bucket for the machines of a playground. */
export interface ArtifactManifest {
  readonly schemaVersion: 1;
  readonly architecture: 'x64';
  readonly gateway: PushedObject;
  readonly runner: PushedObject;
  readonly images: readonly PushedImage[];
}

/** A manifest of pushed objects is not there, or is not one, or is of another version of Sandpiper. */
export class InvalidArtifactManifestError extends Error {
  /** @param build the line that writes the manifest */
  constructor(file: string, reason: string, build: string) {
    super(`${file}: ${reason}; run \`${build}\`, then \`./sandpiper push\``);
    this.name = 'InvalidArtifactManifestError';
  }
}

const BUILD = './sandpiper build --playground';

/** @throws InvalidArtifactManifestError naming the file and what is wrong with it */
export function readArtifactManifest(file: string): ArtifactManifest {
  const value = readManifest<ArtifactManifest>(file, BUILD);
  const refuse = (reason: string): never => {
    throw new InvalidArtifactManifestError(file, reason, BUILD);
  };
  if (value.schemaVersion !== 1) refuse(`schemaVersion is ${JSON.stringify(value.schemaVersion)}, not 1`);
  if (value.architecture !== 'x64') refuse(`architecture is ${JSON.stringify(value.architecture)}, not "x64"`);
  if (!Array.isArray(value.images)) refuse('images is no list');
  const { gateway, runner, images } = value as ArtifactManifest;
  const objects = { gateway, runner, ...Object.fromEntries(images.map((image, index) => [`images[${index}]`, image])) };
  for (const [name, object] of Object.entries(objects)) {
    if (!isPushedObject(object)) refuse(`${name} has no key that holds its SHA-256, or no size`);
  }
  return value as ArtifactManifest;
}

/** Every object that the manifest names, each once: two versions of a language may run in one image. */
export function objectsOf({ gateway, runner, images }: ArtifactManifest): readonly PushedObject[] {
  return [...new Map([gateway, runner, ...images].map((object) => [object.key, object])).values()];
}

/** @throws InvalidArtifactManifestError when the file is not there or holds no JSON object */
export function readManifest<T>(file: string, build: string): Partial<T> {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InvalidArtifactManifestError(file, code === 'ENOENT' ? 'does not exist' : message, build);
  }
  if (typeof value !== 'object' || value === null) {
    throw new InvalidArtifactManifestError(file, 'holds no JSON object', build);
  }
  return value as Partial<T>;
}

/** Whether an entry names an object by its content. */
export function isPushedObject(object: PushedObject | undefined): boolean {
  return (
    typeof object?.key === 'string' &&
    typeof object.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(object.sha256) &&
    object.key.includes(object.sha256) &&
    Number.isSafeInteger(object.bytes)
  );
}

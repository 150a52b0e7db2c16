import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** What is known of a built image, beside its file: `<language>@<version>.json`. */
export interface ImageManifest {
  readonly schemaVersion: 1;
  readonly language: string;
  /** Version of the catalogue's entry, such as `3.11`. */
  readonly version: string;
  /** What the toolchain inside says of itself, such as `3.11.2`. */
  readonly exactVersion: string;
  /** SHA-256 of the squashfs file, which is named after it. */
  readonly sha256: string;
  readonly bytes: number;
  /** PATH of the OCI image's own configuration, by which its commands are found. */
  readonly path?: string;
  /** An image reference with its digest, or the Debian packages it was made of. */
  readonly source:
    | { readonly kind: 'oci'; readonly reference: string; readonly digest: string }
    | { readonly kind: 'debian'; readonly packages: readonly string[] };
}

/** The file is not what its manifest says. */
export class ImageDamagedError extends Error {
  constructor(file: string, expected: string, actual: string) {
    super(`${file}: its SHA-256 is ${actual}, not ${expected}; build the image again`);
    this.name = 'ImageDamagedError';
  }
}

/** Built images, content-addressed: a squashfs file is named after the SHA-256 of its bytes. */
export class ImageStore {
  constructor(readonly directory: string) {}

  /** Manifests of everything that is built, in order of their names. */
  list(): readonly ImageManifest[] {
    if (!fs.existsSync(this.directory)) return [];
    return fs
      .readdirSync(this.directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => JSON.parse(fs.readFileSync(path.join(this.directory, name), 'utf8')) as ImageManifest);
  }

  find(language: string, version: string): ImageManifest | undefined {
    return this.list().find((manifest) => manifest.language === language && manifest.version === version);
  }

  /** Path of the squashfs file of an image. */
  file({ sha256 }: Pick<ImageManifest, 'sha256'>): string {
    return path.join(this.directory, `${sha256}.squashfs`);
  }

  /** Takes over a squashfs file, whole or not at all, and returns what it is called from now on. */
  async add(squashfs: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
    fs.mkdirSync(this.directory, { recursive: true });
    const sha256 = await sha256Of(squashfs);
    const { size } = fs.statSync(squashfs);
    fs.chmodSync(squashfs, 0o444);
    fs.renameSync(squashfs, this.file({ sha256 }));
    return { sha256, bytes: size };
  }

  /**
   * Records an image; from now on it is found. A file that no manifest names any more is removed, unless it is so new that another
   * build may just be about to name it.
   */
  record(manifest: ImageManifest): void {
    const file = path.join(this.directory, `${manifest.language}@${manifest.version}.json`);
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
    fs.renameSync(temporary, file);
    const named = new Set(this.list().map(({ sha256 }) => `${sha256}.squashfs`));
    for (const name of fs.readdirSync(this.directory)) {
      const unnamed = path.join(this.directory, name);
      if (name.endsWith('.squashfs') && !named.has(name) && isOld(unnamed)) fs.rmSync(unnamed, { force: true });
    }
  }

  /** @throws ImageDamagedError when the file is not what was built */
  async check(manifest: ImageManifest): Promise<void> {
    const file = this.file(manifest);
    const actual = fs.existsSync(file) ? await sha256Of(file) : 'that of no file';
    if (actual !== manifest.sha256) throw new ImageDamagedError(file, manifest.sha256, actual);
  }
}

/** The longest that a build takes from its file to its record: an image is tried in between. */
const BUILD_MS = 60 * 60_000;

function isOld(file: string): boolean {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > BUILD_MS;
}

/** SHA-256 of a file's bytes, in lower-case hex. */
export function sha256Of(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    fs.createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { PushedObject } from '../../../contracts/artifact-manifest';

const MANIFEST = 'manifest.json';

/**
 * The directory of a manifest and of the objects that it names. A build collects its objects in a directory of its own and puts
 * them and the manifest into place in one go, so that builds at the same time do not remove one another's objects.
 */
export class ObjectDirectory {
  private constructor(
    readonly directory: string,
    /** Of this build alone; below the other one, so that files are moved and not copied. */
    readonly scratch: string,
  ) {}

  static open(directory: string): ObjectDirectory {
    fs.mkdirSync(directory, { recursive: true });
    removeScratchOfDead(directory);
    return new ObjectDirectory(directory, fs.mkdtempSync(path.join(directory, `.build-${process.pid}-`)));
  }

  /** Collects what an earlier build left in place. @returns whether it is there, at its size */
  keep({ key, bytes }: PushedObject): boolean {
    const file = path.join(this.directory, key);
    if (fs.statSync(file, { throwIfNoEntry: false })?.size !== bytes) return false;
    this.add(key, file);
    return true;
  }

  /** Collects a file, which stays where it is too. */
  add(key: string, file: string): void {
    const target = path.join(this.scratch, key);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    linkOrCopy(file, target);
  }

  /**
   * Puts what was collected into place, then the manifest, and removes what it does not name.
   *
   * @param objects all that the manifest names
   * @returns the manifest's path
   */
  publish(manifest: object, objects: readonly PushedObject[]): string {
    const keys = new Set(objects.map(({ key }) => key));
    for (const key of keys) {
      const target = path.join(this.directory, key);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.renameSync(path.join(this.scratch, key), target);
    }
    const file = path.join(this.directory, MANIFEST);
    writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
    // Keys are of one kind and one name: `gateway/<sha256>.tar.gz`.
    for (const kind of new Set([...keys].map((key) => path.dirname(key)))) {
      for (const name of fs.readdirSync(path.join(this.directory, kind))) {
        if (!keys.has(`${kind}/${name}`)) fs.rmSync(path.join(this.directory, kind, name), { force: true });
      }
    }
    return file;
  }

  close(): void {
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** Replaces a file at once. */
export function writeWhole(file: string, content: string): void {
  fs.writeFileSync(`${file}.${process.pid}`, content);
  fs.renameSync(`${file}.${process.pid}`, file);
}

/** A second name for the same bytes, or a copy where they lie on another file system. */
export function linkOrCopy(source: string, target: string): void {
  try {
    fs.linkSync(source, target);
  } catch (error) {
    // No links between file systems, nor (protected_hardlinks) to files of another user.
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    fs.copyFileSync(source, target);
  }
}

function removeScratchOfDead(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    const pid = /^\.build-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !fs.existsSync(`/proc/${pid}`)) {
      fs.rmSync(path.join(directory, name), { recursive: true, force: true });
    }
  }
}

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDirectory } from '../../provision/cache';
import type { CheckedFile } from './checked-file';

/**
 * Sessions of uploads that were begun, one small file each below the cache directory. Whoever has a session's URI may write its object,
 * without any other right: the files are their owner's alone.
 */
export class UploadSessions {
  private readonly directory = cacheDirectory('uploads');

  constructor(private readonly bucket: string) {}

  /** URI of the session that was begun for the object, by an earlier run. */
  find(file: CheckedFile): string | undefined {
    try {
      const { uri } = JSON.parse(fs.readFileSync(this.path(file), 'utf8')) as { readonly uri?: unknown };
      return typeof uri === 'string' && /^https?:\/\//.test(uri) ? uri : undefined;
    } catch {
      // None, or one that was cut short: a new one is begun.
      return undefined;
    }
  }

  keep(file: CheckedFile, uri: string): void {
    fs.mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const name = this.path(file);
    const temporary = `${name}.${process.pid}`;
    fs.writeFileSync(temporary, JSON.stringify({ bucket: this.bucket, key: file.key, uri }), { mode: 0o600 });
    fs.renameSync(temporary, name);
  }

  forget(file: CheckedFile): void {
    fs.rmSync(this.path(file), { force: true });
  }

  /** The endpoint is part of it: an emulator's bucket may have the name of a real one. */
  private path({ key, sha256 }: CheckedFile): string {
    const place = [process.env.STORAGE_EMULATOR_HOST ?? '', this.bucket, key, sha256].join('\n');
    return path.join(this.directory, `${createHash('sha256').update(place).digest('hex')}.json`);
  }
}

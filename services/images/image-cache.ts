import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Rootfs } from '../sandbox/rootfs';
import { fetchImage, ImageUnavailableError, type FetchOptions, type RemoteImage } from './fetch-image';
import type { ImageMounts } from './mounts';
import type { ObjectSource } from './source/object-source';
import { sha256Of } from './store';

/** Images that are fetched when they are first asked for, and kept while there is room. */
export interface ImageCache {
  /**
   * The root of an image, fetched, checked and mounted. Whoever asks meanwhile waits for the same fetch.
   *
   * @throws ImageUnavailableError
   */
  rootfs(image: RemoteImage): Promise<Rootfs>;
}

export interface ImageCacheProps {
  /** Where the files are kept; survives a restart. */
  readonly directory: string;
  readonly source: ObjectSource;
  readonly mounts: ImageMounts;
  /** Bytes of the disk that stay free. @default 1 GiB */
  readonly reserveBytes?: number;
  readonly fetch?: FetchOptions;
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Bytes of the disk that are free. @default - asks the file system */
  readonly freeBytes?: (directory: string) => number;
  /** @default Date.now */
  readonly now?: () => number;
}

interface Kept {
  readonly rootfs: Promise<Rootfs>;
  isThere: boolean;
  usedAtMs: number;
}

const RESERVE_BYTES = 1024 ** 3;
/** An image that was asked for so lately is not removed: a sandbox may just be starting in it. */
const IN_USE_MS = 60_000;

/** @throws Error when the directory cannot be made */
export function openImageCache(props: ImageCacheProps): ImageCache {
  const { directory, source, mounts, reserveBytes = RESERVE_BYTES, log = () => {} } = props;
  const { freeBytes = freeBytesOf, now = Date.now } = props;
  fs.mkdirSync(directory, { recursive: true });
  for (const name of fs.readdirSync(directory)) if (name.endsWith('.part')) fs.rmSync(path.join(directory, name));
  const fileOf = (sha256: string): string => path.join(directory, `${sha256}.squashfs`);
  /** In order of their last use. */
  const kept = new Map<string, Kept>();
  let pending = 0;

  /** Files of a former run that nobody has asked for yet go first, then what was used longest ago. */
  const makeRoom = async (bytes: number): Promise<void> => {
    const isEnough = (): boolean => freeBytes(directory) - pending >= bytes + reserveBytes;
    for (const name of fs.readdirSync(directory)) {
      if (isEnough()) return;
      const sha256 = path.basename(name, '.squashfs');
      if (name.endsWith('.squashfs') && !kept.has(sha256)) fs.rmSync(path.join(directory, name));
    }
    for (const [sha256, { isThere, usedAtMs }] of [...kept]) {
      if (isEnough()) return;
      if (!isThere || now() - usedAtMs < IN_USE_MS) continue;
      kept.delete(sha256);
      log('an image is removed to make room', { sha256 });
      // A sandbox that has it keeps it, and its room, until it ends.
      await mounts.unmount({ sha256 });
      fs.rmSync(fileOf(sha256));
    }
    if (!isEnough()) throw new Error(`there is no room for its ${bytes} bytes on the disk`);
  };

  const provide = async (image: RemoteImage): Promise<Rootfs> => {
    const file = fileOf(image.sha256);
    if (!(await isRight(file, image))) {
      const startedMs = Date.now();
      await makeRoom(image.bytes);
      pending += image.bytes;
      try {
        await fetchImage(source, image, file, props.fetch);
      } finally {
        pending -= image.bytes;
      }
      log('an image was fetched', { key: image.key, bytes: image.bytes, milliseconds: Date.now() - startedMs });
    }
    return mounts.mount({ sha256: image.sha256, file });
  };

  return {
    rootfs: (image) => {
      const known = kept.get(image.sha256);
      const entry = known ?? { rootfs: provide(image).catch(asUnavailable(image)), isThere: false, usedAtMs: 0 };
      entry.usedAtMs = now();
      kept.delete(image.sha256);
      kept.set(image.sha256, entry);
      if (!known) {
        entry.rootfs.then(
          () => (entry.isThere = true),
          () => kept.delete(image.sha256),
        );
      }
      return entry.rootfs;
    },
  };
}

function asUnavailable(image: RemoteImage): (error: Error) => never {
  return (error) => {
    throw error instanceof ImageUnavailableError ? error : new ImageUnavailableError(image, error.message);
  };
}

async function isRight(file: string, { sha256 }: RemoteImage): Promise<boolean> {
  return fs.existsSync(file) && (await sha256Of(file)) === sha256;
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = fs.statfsSync(directory);
  return bavail * bsize;
}

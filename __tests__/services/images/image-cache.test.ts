import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import type { RemoteImage } from '../../../services/images/fetch-image';
import { openImageCache, type ImageCacheProps } from '../../../services/images/image-cache';
import type { ImageMounts } from '../../../services/images/mounts';
import type { ObjectSource } from '../../../services/images/source/object-source';

const BYTES = 1_000;
const objects = ['a', 'b', 'c'].map((letter) => Buffer.alloc(BYTES, letter));
const [a, b, c] = objects.map(imageOf) as [RemoteImage, RemoteImage, RemoteImage];

let directory: string;
let read: string[];
let mounted: Set<string>;
let nowMs: number;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'image-cache-'));
  read = [];
  mounted = new Set();
  nowMs = 0;
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const source: ObjectSource = {
  name: 'test://bucket',
  read: async (key) => {
    read.push(key);
    return Readable.from([objects.find((data) => imageOf(data).key === key)!]);
  },
  close: () => {},
};

const mounts: ImageMounts = {
  mount: async ({ sha256, file }) => {
    if (!fs.existsSync(file)) throw new Error('mount: no such file');
    mounted.add(sha256);
    return { id: `image:${sha256}`, directory: `/mounts/${sha256}` };
  },
  unmount: async ({ sha256 }) => void mounted.delete(sha256),
  close: () => {},
};

/** A disk that holds so many of these images, beside the reserve. */
function cacheWithRoomFor(count: number, props: Partial<ImageCacheProps> = {}) {
  const used = (): number => fs.readdirSync(directory).filter((name) => name.endsWith('.squashfs')).length;
  return openImageCache({
    directory,
    source,
    mounts,
    reserveBytes: 100,
    freeBytes: () => (count - used()) * BYTES + 100,
    now: () => nowMs,
    ...props,
  });
}

describe('the cache of images', () => {
  it('fetches and mounts an image once, however many ask for it', async () => {
    const cache = cacheWithRoomFor(3);
    const roots = await Promise.all([cache.rootfs(a), cache.rootfs(a), cache.rootfs(b)]);
    expect(roots.map(({ id }) => id)).toEqual([a, a, b].map(({ sha256 }) => `image:${sha256}`));
    await cache.rootfs(a);
    expect(read).toEqual([a.key, b.key]);
  });

  it('finds what a former run fetched, unless it is damaged', async () => {
    await cacheWithRoomFor(3).rootfs(a);
    await cacheWithRoomFor(3).rootfs(b);
    const file = path.join(directory, `${b.sha256}.squashfs`);
    fs.chmodSync(file, 0o644);
    fs.appendFileSync(file, 'x');
    fs.writeFileSync(path.join(directory, 'x.squashfs.part'), 'cut off');
    const cache = cacheWithRoomFor(3);
    await Promise.all([cache.rootfs(a), cache.rootfs(b)]);
    expect(read).toEqual([a.key, b.key, b.key]);
    expect(fs.readdirSync(directory)).toHaveLength(2);
  });

  it('makes room by what was used longest ago, but for what was asked for just now', async () => {
    const cache = cacheWithRoomFor(2);
    await cache.rootfs(a);
    await cache.rootfs(b);
    await expect(cache.rootfs(c)).rejects.toThrow(`the image ${c.key} could not be fetched: there is no room`);
    nowMs = 100_000;
    await cache.rootfs(a);
    await cache.rootfs(c);
    expect([...mounted].sort()).toEqual([a.sha256, c.sha256].sort());
    await cache.rootfs(a);
    expect(read).toEqual([a.key, b.key, c.key]);
    nowMs = 200_000;
    await cache.rootfs(b);
    expect(read.at(-1)).toBe(b.key);
  });

  it('makes room first by what a former run left', async () => {
    await cacheWithRoomFor(2).rootfs(a);
    const cache = cacheWithRoomFor(2);
    await cache.rootfs(b);
    await cache.rootfs(c);
    expect(fs.readdirSync(directory).sort()).toEqual([b, c].map(({ sha256 }) => `${sha256}.squashfs`).sort());
  });

  it('tries again at the next job when a fetch failed', async () => {
    let isAway = true;
    const flaky: ObjectSource = {
      ...source,
      read: async (...given) => {
        if (isAway) throw new Error('away');
        return source.read(...given);
      },
    };
    const cache = cacheWithRoomFor(3, { source: flaky, fetch: { fruitlessTries: 2, pauseMs: 1 } });
    await expect(cache.rootfs(a)).rejects.toThrow('away');
    isAway = false;
    expect((await cache.rootfs(a)).id).toBe(`image:${a.sha256}`);
  });
});

function imageOf(data: Buffer): RemoteImage {
  const sha256 = crypto.createHash('sha256').update(data).digest('hex');
  return { key: `images/${sha256}.squashfs`, sha256, bytes: data.length };
}

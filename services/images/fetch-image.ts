import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectRefusedError, type ObjectSource } from './source/object-source';

/** An image that lies in a bucket. */
export interface RemoteImage {
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** An image could not be fetched; another machine, or the same one later, may have more luck. */
export class ImageUnavailableError extends Error {
  constructor(image: RemoteImage, reason: string) {
    super(`the image ${image.key} could not be fetched: ${reason}`);
    this.name = 'ImageUnavailableError';
  }
}

export interface FetchOptions {
  /** Tries in a row that bring no byte before it is given up. @default 5 */
  readonly fruitlessTries?: number;
  /** Pause after the first of them; the next are twice as long each. @default 500 */
  readonly pauseMs?: number;
  /** A connection that brings nothing for so long is given up. @default 15_000 */
  readonly silenceMs?: number;
}

/**
 * Fetches an image into a file, whole and right or not at all. A connection that breaks is made again, and the rest is asked for.
 *
 * @throws ImageUnavailableError
 */
export async function fetchImage(
  source: ObjectSource,
  image: RemoteImage,
  file: string,
  options: FetchOptions = {},
): Promise<void> {
  const { fruitlessTries = 5, pauseMs = 500, silenceMs = 15_000 } = options;
  const partial = `${file}.part`;
  const descriptor = fs.openSync(partial, 'w', 0o444);
  const hash = createHash('sha256');
  let offset = 0;
  try {
    for (let fruitless = 0; offset < image.bytes;) {
      const before = offset;
      try {
        for await (const chunk of watched(source, image.key, offset, silenceMs)) {
          if (offset + chunk.length > image.bytes) throw new TooLongError(`it has more than its ${image.bytes} bytes`);
          await write(descriptor, chunk);
          hash.update(chunk);
          offset += chunk.length;
        }
        if (offset === before) throw new Error(`it ends after ${offset} of ${image.bytes} bytes`);
      } catch (error) {
        if (error instanceof ObjectRefusedError || error instanceof TooLongError) throw error;
        fruitless = offset > before ? 0 : fruitless + 1;
        if (fruitless >= fruitlessTries) throw error;
        await sleep(pauseMs * 2 ** fruitless);
      }
    }
    const actual = hash.digest('hex');
    if (actual !== image.sha256) throw new Error(`its SHA-256 is ${actual}, not ${image.sha256}`);
    fs.renameSync(partial, file);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw new ImageUnavailableError(image, (error as Error).message);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The object is not what its list says; the next try would show the same. */
class TooLongError extends Error {}

/** What a source gives, as long as it gives something. */
async function* watched(
  source: ObjectSource,
  key: string,
  offset: number,
  silenceMs: number,
): AsyncGenerator<Buffer, void> {
  const silence = new AbortController();
  const ring = (): void => silence.abort(new Error(`nothing came for ${silenceMs} ms`));
  let timer = setTimeout(ring, silenceMs);
  try {
    const body = await source.read(key, offset, silence.signal);
    silence.signal.addEventListener('abort', () => body.destroy(silence.signal.reason as Error));
    for await (const chunk of body) {
      clearTimeout(timer);
      yield chunk as Buffer;
      timer = setTimeout(ring, silenceMs);
    }
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function write(descriptor: number, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // fs.write may write less than it was given.
    const rest = (from: number): void =>
      fs.write(descriptor, data, from, (error, written) => {
        if (error) reject(error);
        else if (from + written < data.length) rest(from + written);
        else resolve();
      });
    rest(0);
  });
}

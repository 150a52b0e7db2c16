import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { damaged, type BuiltObject } from './built-objects';

const MIB = 1024 * 1024;
/** Size of what is sent, and kept in memory, at once. S3 wants 5 MiB at least (but for the last), Cloud Storage a multiple of 256 KiB. */
const PART_BYTES = 8 * MIB;
/** Parts that one object of S3 may have (Amazon S3, "Multipart upload limits"). */
const MAXIMUM_PARTS = 10_000;
const READ_BYTES = MIB;

/** A file that is what its name says, with the sums that the clouds check it by. */
export interface CheckedFile extends BuiltObject {
  /** Base64, as Cloud Storage writes it. */
  readonly md5: string;
  /** Size of each part but the last. The same file always has the same parts: that lets an upload be taken up again. */
  readonly partBytes: number;
  /** SHA-256 of each part; one part at least. */
  readonly partSums: readonly Buffer[];
}

/** Size of the parts of a file. */
export function partBytesOf(bytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(bytes / MAXIMUM_PARTS / MIB) * MIB);
}

/**
 * Reads a file once, piece by piece, and computes its sums.
 *
 * @param read called with the number of bytes of each piece
 * @throws Failure when its size or SHA-256 is not the manifest's, or it cannot be read
 */
export async function checkFile(
  object: BuiltObject,
  options: { readonly signal?: AbortSignal; readonly read?: (bytes: number) => void } = {},
): Promise<CheckedFile> {
  const partBytes = partBytesOf(object.bytes);
  const whole = createHash('sha256');
  const md5 = createHash('md5');
  const partSums: Buffer[] = [];
  let part = createHash('sha256');
  let bytes = 0;
  try {
    const { size } = await fs.promises.stat(object.file);
    if (size !== object.bytes) throw damaged(object.file, `has ${size} bytes, not ${object.bytes}`);
    for await (const piece of fs.createReadStream(object.file, {
      highWaterMark: READ_BYTES,
      signal: options.signal,
    }) as AsyncIterable<Buffer>) {
      whole.update(piece);
      md5.update(piece);
      // Parts are whole MiB, and so are pieces: none lies across two parts unless a read came short.
      for (let at = 0; at < piece.length;) {
        const inPart = Math.min(piece.length - at, partBytes - (bytes % partBytes));
        part.update(piece.subarray(at, at + inPart));
        at += inPart;
        bytes += inPart;
        if (bytes % partBytes === 0) {
          partSums.push(part.digest());
          part = createHash('sha256');
        }
      }
      options.read?.(piece.length);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw damaged(object.file, `cannot be read (${code})`);
    throw error;
  }
  const sha256 = whole.digest('hex');
  if (sha256 !== object.sha256) throw damaged(object.file, `has the SHA-256 ${sha256}, not that of its name`);
  if (bytes % partBytes !== 0 || bytes === 0) partSums.push(part.digest());
  return { ...object, md5: md5.digest('base64'), partBytes, partSums };
}

/** Bytes of a part: its place in the file. */
export function partRange(
  { bytes, partBytes }: Pick<CheckedFile, 'bytes' | 'partBytes'>,
  index: number,
): { readonly start: number; readonly length: number } {
  const start = index * partBytes;
  return { start, length: Math.min(partBytes, bytes - start) };
}

/** Reads a stretch of the file. @throws Failure when the file has become shorter */
export async function readStretch(file: string, start: number, length: number): Promise<Buffer> {
  const handle = await fs.promises.open(file);
  try {
    const stretch = Buffer.alloc(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await handle.read(stretch, filled, length - filled, start + filled);
      if (bytesRead === 0) throw damaged(file, 'has become shorter while it was sent');
      filled += bytesRead;
    }
    return stretch;
  } finally {
    await handle.close();
  }
}

/** Reads a part. @throws Failure when it is not what was checked */
export async function readPart(checked: CheckedFile, index: number): Promise<Buffer> {
  const { start, length } = partRange(checked, index);
  const part = await readStretch(checked.file, start, length);
  if (!createHash('sha256').update(part).digest().equals(checked.partSums[index]!)) {
    throw damaged(checked.file, 'was changed while it was sent');
  }
  return part;
}

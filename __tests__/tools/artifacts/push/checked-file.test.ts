import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkFile, partBytesOf, partRange, readPart } from '../../../../tools/artifacts/push/checked-file';
import { temporaryDirectory } from '../../../kit/terraform';

const MIB = 1024 * 1024;
const PART = 8 * MIB;

describe('the parts of a file that is pushed', () => {
  const directory = temporaryDirectory('checked-file');
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  const sum = (data: Uint8Array, name = 'sha256') => createHash(name).update(data).digest();
  const write = (data: Buffer) => {
    const file = path.join(directory, `${sum(data).toString('hex')}.bin`);
    fs.writeFileSync(file, data);
    return { file, key: path.basename(file), bytes: data.length, sha256: sum(data).toString('hex') };
  };
  const bytes = (length: number) => Buffer.alloc(length, 'all work and no play ');

  it.each([
    ['nothing', 0, [0]],
    ['less than a part', 11, [11]],
    ['exactly a part', PART, [PART]],
    ['a byte more than a part', PART + 1, [PART, 1]],
    ['two whole parts', 2 * PART, [PART, PART]],
  ])('are summed one by one: %s', async (_, length, lengths) => {
    const data = bytes(length);
    const read: number[] = [];
    const checked = await checkFile(write(data), { read: (piece) => read.push(piece) });
    expect(checked.md5).toBe(sum(data, 'md5').toString('base64'));
    expect(lengths.map((_length, index) => partRange(checked, index).length)).toEqual(lengths);
    const expected = lengths.map((one, index) => sum(data.subarray(index * PART, index * PART + one)).toString('hex'));
    expect(checked.partSums.map((one) => one.toString('hex'))).toEqual(expected);
    expect(read.reduce((all, piece) => all + piece, 0)).toBe(length);
  });

  it('are no more than S3 takes, of a size that Cloud Storage takes', () => {
    expect(partBytesOf(1)).toBe(PART);
    expect(partBytesOf(10_000 * PART)).toBe(PART);
    for (const size of [10_000 * PART + 1, 123_456_789_012, 5 * 1024 ** 4]) {
      expect(Math.ceil(size / partBytesOf(size))).toBeLessThanOrEqual(10_000);
      expect(partBytesOf(size) % (256 * 1024)).toBe(0);
    }
  });

  it('are not sent when the file has changed since it was checked', async () => {
    const checked = await checkFile(write(bytes(PART + 10)));
    expect(await readPart(checked, 1)).toHaveLength(10);
    fs.writeFileSync(checked.file, Buffer.alloc(PART + 10));
    await expect(readPart(checked, 0)).rejects.toThrow(/was changed while it was sent/);
    fs.truncateSync(checked.file, PART);
    await expect(readPart(checked, 1)).rejects.toThrow(/has become shorter while it was sent/);
  });
});

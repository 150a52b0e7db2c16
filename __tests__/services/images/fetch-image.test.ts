import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { fetchImage } from '../../../services/images/fetch-image';
import { ObjectRefusedError, type ObjectSource } from '../../../services/images/source/object-source';

const DATA = crypto.randomBytes(100_000);
const IMAGE = { key: 'images/one.squashfs', sha256: sha256(DATA), bytes: DATA.length };
const QUICK = { pauseMs: 1, silenceMs: 100 };

let directory: string;
beforeEach(() => void (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'fetch-image-'))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** Each read goes to the next of these answers, which gets the offset that was asked for. */
function source(...answers: ((offset: number) => Iterable<Buffer> | AsyncIterable<Buffer>)[]) {
  const offsets: number[] = [];
  const opened: ObjectSource = {
    name: 'test://bucket',
    read: async (_, offset) => {
      offsets.push(offset);
      const body = answers[Math.min(offsets.length, answers.length) - 1]!(offset);
      return body instanceof Readable ? body : Readable.from(body);
    },
    close: () => {},
  };
  return { opened, offsets };
}

const whole = (offset: number) => [DATA.subarray(offset, offset + 7_000), DATA.subarray(offset + 7_000)];
const broken = (count: number) =>
  function* (offset: number) {
    yield DATA.subarray(offset, offset + count);
    throw new Error('the connection broke');
  };
const nothing = () => {
  throw new Error('away');
};

const file = () => path.join(directory, 'one.squashfs');
const left = () => fs.readdirSync(directory);

describe('fetching an image', () => {
  it('brings its bytes', async () => {
    await fetchImage(source(whole).opened, IMAGE, file());
    expect(fs.readFileSync(file()).equals(DATA)).toBe(true);
    expect(left()).toEqual(['one.squashfs']);
  });

  it('goes on where a connection broke', async () => {
    const { opened, offsets } = source(broken(40_000), broken(30_000), whole);
    await fetchImage(opened, IMAGE, file(), QUICK);
    expect(fs.readFileSync(file()).equals(DATA)).toBe(true);
    expect(offsets).toEqual([0, 40_000, 70_000]);
  });

  it('goes on where a connection fell silent', async () => {
    const silent = (offset: number) => {
      const body = new Readable({ read: () => {} });
      body.push(DATA.subarray(offset, offset + 10));
      return body;
    };
    const { opened, offsets } = source(silent, whole);
    await fetchImage(opened, IMAGE, file(), QUICK);
    expect(offsets).toEqual([0, 10]);
    expect(sha256(fs.readFileSync(file()))).toBe(IMAGE.sha256);
  });

  it('gives up after tries that brought nothing, and leaves nothing', async () => {
    const { opened, offsets } = source(broken(10), nothing);
    await expect(fetchImage(opened, IMAGE, file(), { ...QUICK, fruitlessTries: 3 })).rejects.toThrow(
      'the image images/one.squashfs could not be fetched: away',
    );
    expect(offsets).toHaveLength(4);
    expect(left()).toEqual([]);
  });

  it('does not ask again when it is refused', async () => {
    const { opened, offsets } = source(() => {
      throw new ObjectRefusedError('test://bucket', IMAGE.key, '403 not yours');
    });
    await expect(fetchImage(opened, IMAGE, file(), QUICK)).rejects.toThrow('test://bucket/images/one.squashfs: 403');
    expect(offsets).toEqual([0]);
  });

  it.each([
    ['other bytes', () => [Buffer.alloc(DATA.length)], /its SHA-256 is [0-9a-f]{64}, not/],
    ['more bytes', () => [DATA, Buffer.from('x')], /more than its 100000 bytes/],
  ])('refuses %s', async (_, answer, words) => {
    await expect(fetchImage(source(answer).opened, IMAGE, file(), QUICK)).rejects.toThrow(words);
    expect(left()).toEqual([]);
  });
});

function sha256(data: Buffer): string {
  return crypto.createHash('sha256').update(data).digest('hex');
}

import * as zlib from 'node:zlib';
import { unzipOne } from '../../../tools/provision/terraform';

/** A zip archive with one file before the one that is wanted; entries as real archivers write them, extra fields included. */
function zip(files: readonly { name: string; bytes: Buffer; deflate: boolean; extra?: Buffer }[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, deflate, extra = Buffer.alloc(0) } of files) {
    const data = deflate ? zlib.deflateRawSync(bytes) : bytes;
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const whole = Buffer.concat([local, Buffer.from(name), extra, data]);
    locals.push(whole);
    central.push(entry, Buffer.from(name));
    offset += whole.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...central, end]);
}

describe('unzipOne', () => {
  const wanted = Buffer.from('the program '.repeat(1000));

  it.each([[true], [false]])('finds a file among others (deflated: %s)', (deflate) => {
    const archive = zip([
      { name: 'LICENSE.txt', bytes: Buffer.from('text'), deflate: true, extra: Buffer.alloc(9) },
      { name: 'terraform', bytes: wanted, deflate, extra: Buffer.alloc(5) },
    ]);
    expect(unzipOne(archive, 'terraform').equals(wanted)).toBe(true);
  });

  it('refuses what is no archive, and an archive without the file', () => {
    expect(() => unzipOne(Buffer.from('<html>'), 'terraform')).toThrow('not a zip archive');
    expect(() => unzipOne(zip([{ name: 'x', bytes: wanted, deflate: true }]), 'terraform')).toThrow(
      'holds no terraform',
    );
  });
});

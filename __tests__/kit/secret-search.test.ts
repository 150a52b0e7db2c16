import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { findSecret, findSecretInFiles } from './secret-search';
import { temporaryDirectory } from './terraform';

const SECRET = 'pl4nted "value" & <more>/+ü';
const planted: Record<string, string | Buffer> = {
  plain: `before${SECRET}after`,
  'inside a longer base64 text, at 0': Buffer.from(`abc${SECRET}abc`).toString('base64'),
  'inside a longer base64 text, at 1': Buffer.from(`abcd${SECRET}abc`).toString('base64'),
  'inside a longer base64 text, at 2': Buffer.from(`abcde${SECRET}abc`).toString('base64'),
  base64url: Buffer.from(`x${SECRET}`).toString('base64url'),
  hex: Buffer.from(SECRET).toString('hex'),
  json: JSON.stringify({ a: SECRET }),
  'json in json': JSON.stringify({ a: JSON.stringify({ b: SECRET }) }),
  'json as Go writes it': JSON.stringify({ a: SECRET }).replace(
    /[<>&]/g,
    (c) => `\\u00${c.charCodeAt(0).toString(16)}`,
  ),
  url: `https://host/?q=${encodeURIComponent(SECRET)}`,
  form: new URLSearchParams({ q: SECRET }).toString(),
  gzip: zlib.gzipSync(`a${SECRET}`),
  'gzip in base64': `user_data = "${zlib.gzipSync(`some more text ${SECRET}`).toString('base64')}"`,
};

describe('the search for a secret', () => {
  it.each(Object.entries(planted))('finds one that was planted: %s', (place, content) => {
    expect(findSecret(SECRET, { [place]: content })).not.toEqual([]);
  });

  it('finds none where none is', () => {
    const other = Object.values(planted).map((_, index) => JSON.stringify({ index, text: 'planted value & more' }));
    expect(findSecret(SECRET, { other: other.join('\n'), packed: zlib.gzipSync(other.join('')) })).toEqual([]);
  });

  it('looks into a zip file below a directory', () => {
    const directory = temporaryDirectory('secret-search');
    try {
      fs.mkdirSync(path.join(directory, 'deep'));
      const write =
        "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED); z.writestr('state',sys.argv[2]*9); z.close()";
      expect(spawnSync('python3', ['-c', write, path.join(directory, 'deep', 'plan'), SECRET]).status).toBe(0);
      expect(findSecretInFiles(SECRET, directory)).toEqual([
        { place: `${path.join(directory, 'deep', 'plan')}!state`, encoding: 'plain' },
      ]);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
});

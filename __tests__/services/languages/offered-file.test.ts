import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readCatalogue } from '../../../services/languages/catalogue';
import { entriesOf } from '../../../services/languages/host-toolchains';
import { readOfferedFile, writeOfferedFile } from '../../../services/languages/offered-file';

describe('the file of what runners offer', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'offered-'));
    file = path.join(directory, 'languages.json');
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it('gives back what was written, in its order', () => {
    const present = entriesOf(readCatalogue(path.join(__dirname, '../../../languages')))
      .reverse()
      .map((entry) => ({ ...entry, exactVersion: `${entry.version.version}.9` }));
    writeOfferedFile(file, present);
    expect(readOfferedFile(file)).toEqual(present);
    expect(fs.readdirSync(directory)).toEqual(['languages.json']);
  });

  it.each([
    ['{', /languages.json: .*JSON.*; write it again with/],
    ['{}', /schemaVersion/],
    [
      '{"schemaVersion":1,"languages":[],"offered":[{"language":"q","version":"1","exactVersion":"1.0"}]}',
      /q 1 is offered but not described/,
    ],
  ])('refuses %j', (content, words) => {
    fs.writeFileSync(file, content);
    expect(() => readOfferedFile(file)).toThrow(words);
  });

  it('is told by its name when it is not there', () => {
    expect(() => readOfferedFile(file)).toThrow(/languages.json: ENOENT.*sandpiper languages --save/);
  });
});

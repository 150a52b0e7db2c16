import * as fs from 'node:fs';
import * as path from 'node:path';

const images = path.resolve(__dirname, '../../kit/machines/images');

describe.each(['aws', 'gcp'])('the machine that stands for %s in the tests', (cloud) => {
  const { held, installed, source } = JSON.parse(fs.readFileSync(path.join(images, `${cloud}.json`), 'utf8')) as {
    held: Record<string, string[]>;
    installed: string[];
    source: string[];
  };

  it("has nothing that the cloud's image lacks", () => {
    const known = new Set(Object.values(held).flat());
    expect(installed.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names where the list comes from', () => expect(source.join()).toMatch(/\b[0-9a-f]{8}\b/));
});

it("knows that Google's image has no cloud-init", () => {
  expect(fs.readFileSync(path.join(images, 'gcp.json'), 'utf8')).not.toMatch(/"cloud-init",/);
});

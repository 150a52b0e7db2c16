import * as fs from 'node:fs';
import * as path from 'node:path';
import { builtObjects } from '../../../../tools/artifacts/push/built-objects';
import { buildArtifacts } from '../../../kit/playground/built-artifacts';

describe('what is pushed', () => {
  const built = buildArtifacts({ gateway: 1, runner: 2, image: 3 });
  afterAll(() => fs.rmSync(built.directory, { recursive: true }));
  const { gateway, runner, images } = built.manifest;

  it('is each object of the manifest once, though two versions share an image, and the manifest under its own sum', () => {
    const { objects, manifest } = builtObjects(built.directory);
    expect(objects.map(({ key }) => key)).toEqual([gateway.key, runner.key, images[0]!.key]);
    expect(objects.map(({ file }) => file)).toEqual(objects.map((object) => built.file(object)));
    expect(manifest).toMatchObject({ key: built.manifestKey, file: path.join(built.directory, 'manifest.json') });
  });

  it.each([
    ['leads out', '../../', /the key ".*" leads out of its directory/],
    ['leads out further on', 'gateway/../../', /leads out of its directory/],
    ['begins at the root', '/etc/', /leads out of its directory/],
  ])('is never a file elsewhere: a key that %s is refused', (_, prefix, message) => {
    const changed = { ...built.manifest, gateway: { ...gateway, key: `${prefix}${gateway.sha256}` } };
    const file = path.join(built.directory, 'manifest.json');
    const before = fs.readFileSync(file);
    fs.writeFileSync(file, JSON.stringify(changed));
    try {
      expect(() => builtObjects(built.directory)).toThrow(message);
    } finally {
      fs.writeFileSync(file, before);
    }
  });
});

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ObjectDirectory } from '../../../../tools/artifacts/build/objects';
import { objectsOf, readArtifactManifest, type ArtifactManifest } from '../../../../contracts/artifact-manifest';

const sha = (digit: string): string => digit.repeat(64);
const archive = (name: string, digit: string) => ({
  key: `${name}/${sha(digit)}.tar.gz`,
  sha256: sha(digit),
  bytes: 3,
});
const image = (digit: string) => ({
  language: 'lua',
  version: '5.4',
  exactVersion: '5.4.6',
  ...archive('images', digit),
});
const manifestOf = (gateway: string, runner: string, ...images: string[]): ArtifactManifest => ({
  schemaVersion: 1,
  architecture: 'x64',
  gateway: archive('gateway', gateway),
  runner: archive('runner', runner),
  images: images.map(image),
});

describe('the directory of objects', () => {
  let directory: string;
  let source: string;
  beforeEach(() => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-objects-'));
    directory = path.join(scratch, 'dist/artifacts/linux-x64');
    source = path.join(scratch, 'source');
    fs.writeFileSync(source, 'abc');
  });
  afterEach(() => fs.rmSync(path.dirname(source), { recursive: true, force: true }));

  const keysOf = (manifest: ArtifactManifest): string[] => objectsOf(manifest).map(({ key }) => key);
  const build = (manifest: ArtifactManifest): void => {
    const objects = ObjectDirectory.open(directory);
    for (const key of keysOf(manifest)) objects.add(key, source);
    objects.publish(manifest, objectsOf(manifest));
    objects.close();
  };
  const present = (): string[] =>
    fs
      .readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
      .sort();

  it('holds what its manifest names, and nothing else', () => {
    build(manifestOf('1', '2', '3', '4'));
    const later = manifestOf('1', '5', '4');
    build(later);
    expect(present()).toEqual([...keysOf(later), 'manifest.json'].sort());
    expect(readArtifactManifest(path.join(directory, 'manifest.json'))).toEqual(later);
    expect(fs.readFileSync(source, 'utf8')).toBe('abc');
  });

  it('keeps what is there at its size, and only that', () => {
    const manifest = manifestOf('1', '2', '3');
    build(manifest);
    const runner = path.join(directory, manifest.runner.key);
    fs.rmSync(runner);
    fs.writeFileSync(runner, 'grown');
    const objects = ObjectDirectory.open(directory);
    expect(objects.keep(manifest.gateway)).toBe(true);
    expect(objects.keep({ ...manifest.gateway, bytes: 4 })).toBe(false);
    expect(objects.keep(manifest.runner)).toBe(false);
    expect(objects.keep(archive('gateway', '9'))).toBe(false);
    objects.close();
  });

  it('is as it was when a build ends before its manifest is written', () => {
    build(manifestOf('1', '2', '3'));
    const before = present();
    const objects = ObjectDirectory.open(directory);
    objects.add(archive('gateway', '7').key, source);
    const manifest = manifestOf('1', '7', '3');
    expect(() => objects.publish(manifest, objectsOf(manifest))).toThrow('ENOENT');
    objects.close();
    expect(present()).toEqual(before);
  });

  it('bears builds at the same time: what one kept, the other does not take away', () => {
    const [first, second] = [manifestOf('1', '2', '3'), manifestOf('1', '4', '5')];
    build(first);
    const slow = ObjectDirectory.open(directory);
    for (const object of [first.gateway, first.runner, ...first.images]) expect(slow.keep(object)).toBe(true);
    build(second);
    slow.publish(first, objectsOf(first));
    slow.close();
    expect(present()).toEqual([...keysOf(first), 'manifest.json'].sort());
  });

  it('loses what builds left that were killed', () => {
    fs.mkdirSync(path.join(directory, '.build-999999999-x'), { recursive: true });
    ObjectDirectory.open(directory).close();
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});

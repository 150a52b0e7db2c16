import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { provideImages } from '../../../../../tools/artifacts/build/playground/images';
import type { buildImage, ImageOrigin } from '../../../../../tools/artifacts/images/build';
import { nameOf } from '../../../../../tools/artifacts/images/wanted';
import { catalogue } from '../../../../../tools/provision/catalogue';
import { ImageStore, type ImageManifest } from '../../../../../services/images/store';

const languages = catalogue();

describe('the images of a build', () => {
  let store: ImageStore;
  let built: (readonly [string, ImageOrigin])[];
  const getuid = jest.spyOn(process, 'getuid' as never);

  const record = (language: string, version: string): ImageManifest => {
    const source = { kind: 'debian', packages: [language] } as const;
    const numbers = { version, exactVersion: `${version}.1`, sha256: 'a'.repeat(64), bytes: 1 };
    const manifest = { schemaVersion: 1, language, ...numbers, source } as const;
    store.record(manifest);
    return manifest;
  };
  /** Records what would be built. Building needs root, Debian's mirror and minutes. */
  const build: typeof buildImage = (_, wanted, origin) => {
    built.push([nameOf(wanted), origin]);
    return Promise.resolve(record(wanted.language.id, wanted.version.version));
  };
  const provide = async (selection: string): Promise<string[]> =>
    (await provideImages(languages, store, selection, build)).map((each) => nameOf(each));

  beforeEach(() => {
    getuid.mockReturnValue(0 as never);
    built = [];
    store = new ImageStore(fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-store-')));
    process.env.SANDPIPER_IMAGES_LOCK = path.join(store.directory, 'lock');
  });
  afterEach(() => {
    delete process.env.SANDPIPER_IMAGES_LOCK;
    fs.rmSync(store.directory, { recursive: true, force: true });
  });
  afterAll(() => getuid.mockRestore());
  const locked = (...references: string[]): void =>
    fs.writeFileSync(
      process.env.SANDPIPER_IMAGES_LOCK!,
      JSON.stringify(Object.fromEntries(references.map((name) => [name, `sha256:${'b'.repeat(64)}`]))),
    );

  it('are all that are built, in the order of the catalogue', async () => {
    for (const version of ['5.1', '5.4']) record('lua', version);
    record('bash', '5.2.15');
    expect(await provide('built')).toEqual(['bash@5.2.15', 'lua@5.4', 'lua@5.1']);
    expect(built).toEqual([]);
  });

  it('are refused with the line to run when none is built', async () => {
    await expect(provide('built')).rejects.toThrow(
      'no language image is built, and the runners have no other toolchains: run `./sandpiper build --playground --images python,javascript,bash`',
    );
  });

  it('are those that are named; a language without a version is the one that is built', async () => {
    record('lua', '5.3');
    record('perl', '5.36');
    expect(await provide('lua')).toEqual(['lua@5.3']);
    expect(await provide('lua@5.3, py, lua')).toEqual(['lua@5.3', 'python@3.13']);
    expect(built).toEqual([['python@3.13', { kind: 'debian' }]]);
    expect(await provide('built,lua@5.4')).toEqual(['lua@5.4', 'lua@5.3', 'perl@5.36', 'python@3.13']);
  });

  it('are built from the registry where the lock file has a digest, of packages otherwise', async () => {
    locked('docker.io/library/node:22.23.3-slim');
    expect(await provide('javascript,typescript')).toEqual(['javascript@22.23.3', 'typescript@5.9.3']);
    expect(built).toEqual([
      ['javascript@22.23.3', { kind: 'registry', registry: { override: undefined } }],
      ['typescript@5.9.3', { kind: 'debian' }],
    ]);
  });

  it('are built once, though named twice', async () => {
    expect(await provide('bash,sh,bash@5.2')).toEqual(['bash@5.2.37']);
    expect(built).toHaveLength(1);
  });

  it('are refused by a word that means nothing', async () => {
    await expect(provide('klingon')).rejects.toThrow('"klingon" is unknown; there are ada, ');
    await expect(provide('lua@9')).rejects.toThrow('"9" of lua is unknown; there are 5.4, 5.3, 5.1');
    await expect(provide('lua,,bash')).rejects.toThrow('--images: "lua,,bash" has an empty name');
    expect(built).toEqual([]);
  });

  it('are refused where they would have to be built and cannot be', async () => {
    getuid.mockReturnValue(1000 as never);
    await expect(provide('bash,lua')).rejects.toThrow(
      'bash@5.2.37, lua@5.4: not built, and only root may build images',
    );
    const [lua] = languages.filter(({ id }) => id === 'lua');
    const bare = { ...lua!, versions: lua!.versions.map((each) => ({ ...each, source: undefined })) };
    await expect(provideImages([bare], store, 'lua', build)).rejects.toThrow(
      'run `./sandpiper images lock lua@5.4` first',
    );
  });
});

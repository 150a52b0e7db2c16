import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { builtImage, builtHere, withBuilt } from '../../../../tools/artifacts/images/built';
import { catalogue } from '../../../../tools/provision/catalogue';
import { ImageStore } from '../../../../services/images/store';
import { chooseVersion } from '../../../../services/languages/choose-version';

const SHA256 = 'ab12'.repeat(16);

describe('built images', () => {
  const languages = catalogue();
  const lua = languages.find(({ id }) => id === 'lua')!;
  const toolchain = (wanted: string, exactVersion: string) => ({
    language: lua,
    version: lua.versions.find(({ version }) => version === wanted)!,
    exactVersion,
  });
  let store: ImageStore;
  const getuid = jest.spyOn(process, 'getuid' as never);
  beforeAll(() => {
    store = new ImageStore(fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-built-')));
    const source = { kind: 'oci', reference: 'docker.io/nickblah/lua:5.4', digest: `sha256:${SHA256}` } as const;
    const manifest = { schemaVersion: 1, language: 'lua', version: '5.4', sha256: SHA256, bytes: 1, source } as const;
    store.record({ ...manifest, exactVersion: '5.4.6' });
  });
  beforeEach(() => void getuid.mockReturnValue(0 as never));
  afterAll(() => {
    getuid.mockRestore();
    fs.rmSync(store.directory, { recursive: true, force: true });
  });

  it('are versions to choose from, beside the toolchains of the machine', () => {
    const built = builtHere(languages, store);
    const all = withBuilt([toolchain('5.3', '5.3.6')], built);
    expect(all.map(({ exactVersion }) => exactVersion)).toEqual(['5.4.6', '5.3.6']);
    expect(chooseVersion(all, 'lua')).toMatchObject({ exactVersion: '5.4.6', manifest: { sha256: SHA256 } });
    expect(chooseVersion(all, 'lua', '5.3')).not.toHaveProperty('manifest');
    expect(() => chooseVersion(all, 'lua', '5.1')).toThrow('there are 5.4.6, 5.3.6');
  });

  it('give way to a toolchain of the same version, but not to one that is not what was asked for', () => {
    const all = withBuilt([toolchain('5.4', '5.4.4')], builtHere(languages, store));
    expect(chooseVersion(all, 'lua', '5.4')).not.toHaveProperty('manifest');
    expect(chooseVersion(all, 'lua', '5.4.6')).toHaveProperty('manifest');
  });

  it('are named by version, by reference or by the beginning of their SHA-256', () => {
    for (const name of ['lua@5.4', 'docker.io/nickblah/lua:5.4', SHA256.slice(0, 12), SHA256]) {
      expect(builtImage(languages, name, store)).toMatchObject({ language: { id: 'lua' }, exactVersion: '5.4.6' });
    }
    expect(() => builtImage(languages, 'ab12', store)).toThrow('--image: "ab12" is not built; there are lua@5.4.');
  });

  it('are root’s only, who can mount them', () => {
    getuid.mockReturnValue(1000 as never);
    expect(builtHere(languages, store)).toEqual([]);
    expect(() => builtImage(languages, 'lua@5.4', store)).toThrow('which only root may');
  });
});

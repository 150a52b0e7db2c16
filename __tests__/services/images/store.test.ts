import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ImageStore, type ImageManifest } from '../../../services/images/store';

describe('the store of built images', () => {
  let directory: string;
  beforeEach(() => void (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'image-store-'))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const build = async (store: ImageStore, content: string): Promise<ImageManifest> => {
    const file = path.join(directory, 'new');
    fs.writeFileSync(file, content);
    const source = { kind: 'debian', packages: [content] } as const;
    return {
      schemaVersion: 1,
      language: 'lua',
      version: '5.4',
      exactVersion: '5.4.4',
      source,
      ...(await store.add(file)),
    };
  };
  const kept = () => fs.readdirSync(directory).filter((name) => name.endsWith('.squashfs'));

  it('removes what a newer build of a version has replaced', async () => {
    const store = new ImageStore(directory);
    const [old, next] = [await build(store, 'old'), await build(store, 'next')];
    store.record(old);
    const twoHoursAgo = Date.now() / 1000 - 7_200;
    fs.utimesSync(store.file(old), twoHoursAgo, twoHoursAgo);
    store.record(next);
    expect(store.list()).toEqual([next]);
    expect(kept()).toEqual([`${next.sha256}.squashfs`]);
  });

  it('leaves a file alone that another build has only just added', async () => {
    const store = new ImageStore(directory);
    const mine = await build(store, 'mine');
    const theirs = await build(store, 'of another build');
    store.record(mine);
    await store.check(theirs);
    expect(kept()).toHaveLength(2);
  });
});

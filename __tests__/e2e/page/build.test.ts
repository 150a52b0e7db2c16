import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPage } from '../../../tools/artifacts/build/page';

/** What a first visit loads before it can be used, compressed: about a second on a slow phone. */
const FIRST_LOAD_BYTES = 160 * 1024;

describe('the built page', () => {
  let directory: string;
  beforeAll(async () => {
    ({ directory } = await buildPage());
  }, 180_000);
  const read = (name: string): string => fs.readFileSync(path.join(directory, name), 'utf8');
  const firstLoad = (): string[] =>
    [...read('index.html').matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name!);

  it('is not built again while nothing changes', async () => {
    expect(await buildPage()).toEqual({ directory, isNew: false });
  });

  it('has no script or style in its HTML, which its policy would refuse', () => {
    const html = read('index.html');
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=/);
    expect(firstLoad().map((name) => path.extname(name))).toEqual(expect.arrayContaining(['.js', '.css']));
  });

  it('is small at first, and loads a grammar when it is needed', () => {
    const bytes = firstLoad().reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
    expect(fs.readdirSync(path.join(directory, 'assets')).length).toBeGreaterThan(firstLoad().length + 20);
  });

  it('holds the types of the protocol, not its schemas', () => {
    const scripts = fs.readdirSync(path.join(directory, 'assets')).filter((name) => name.endsWith('.js'));
    expect(scripts.filter((name) => read(`assets/${name}`).includes('ZodError'))).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { packArchive } from '../../../tools/artifacts/build/playground/archive';
import { requireTool } from '../../kit/require-tool';

describe('an archive', () => {
  requireTool(['tar', 'gzip']);
  let scratch: string;
  beforeEach(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-archive-'))));
  afterEach(() => fs.rmSync(scratch, { recursive: true, force: true }));

  /** Files in a directory, made in the order of their names or the other way round. */
  const lay = (name: string, order: 1 | -1, mask: number, time: number): string => {
    const directory = path.join(scratch, name);
    for (const file of ['bin/start', 'lib/a', 'lib/b', 'share/z'].sort((a, b) => (a < b ? -order : order))) {
      const target = path.join(directory, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, `content of ${file}`);
      fs.chmodSync(target, (file.startsWith('bin') ? 0o755 : 0o644) & ~mask);
      fs.utimesSync(target, time, time);
    }
    return directory;
  };
  const list = (archive: string): string[] =>
    spawnSync('tar', ['--list', '--verbose', '--numeric-owner', '--utc', '--file', archive], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '));

  it('has the same bytes, whenever, in whatever order and by whomever its files were made', async () => {
    const one = await packArchive(lay('one', 1, 0, 1_000_000_000), path.join(scratch, 'one.tar.gz'));
    const elsewhere = lay('other', -1, 0o077, 1_700_000_000);
    fs.linkSync(path.join(elsewhere, 'lib/a'), path.join(scratch, 'linked'));
    if (process.getuid?.() === 0) fs.chownSync(path.join(elsewhere, 'lib/b'), 1234, 1234);
    process.env.GZIP = '--best';
    process.env.TAR_OPTIONS = '--exclude=lib/a';
    const other = await packArchive(elsewhere, path.join(scratch, 'other.tar.gz')).finally(() => {
      delete process.env.GZIP;
      delete process.env.TAR_OPTIONS;
    });
    expect(other).toEqual(one);
    const bytes = fs.readFileSync(path.join(scratch, 'other.tar.gz'));
    expect(one).toEqual({ sha256: crypto.createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length });
  });

  it('holds files and directories, of nobody, that anybody may read', async () => {
    const archive = path.join(scratch, 'one.tar.gz');
    await packArchive(lay('one', 1, 0o077, 1_000_000_000), archive);
    expect(list(archive)).toEqual([
      'drwxr-xr-x 0/0 0 1985-10-26 08:15 bin/',
      '-rwxr-xr-x 0/0 20 1985-10-26 08:15 bin/start',
      'drwxr-xr-x 0/0 0 1985-10-26 08:15 lib/',
      '-rw-r--r-- 0/0 16 1985-10-26 08:15 lib/a',
      '-rw-r--r-- 0/0 16 1985-10-26 08:15 lib/b',
      'drwxr-xr-x 0/0 0 1985-10-26 08:15 share/',
      '-rw-r--r-- 0/0 18 1985-10-26 08:15 share/z',
    ]);
  });

  it('is refused in the words of the program that failed', async () => {
    const directory = lay('one', 1, 0, 1_000_000_000);
    fs.mkdirSync(path.join(directory, 'x'.repeat(101)));
    fs.writeFileSync(path.join(directory, 'x'.repeat(101), 'y'.repeat(101)), '');
    await expect(packArchive(directory, path.join(scratch, 'one.tar.gz'))).rejects.toThrow(
      /^tar failed \(exit code 2\): .*too long/,
    );
    await expect(packArchive(directory, path.join(scratch, 'no/such/one.tar.gz'))).rejects.toThrow();
  });
});

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { hostRootfs } from '../../../services/sandbox/host-rootfs';
import { makeStateDirectory } from '../../../services/sandbox/state-directory';

/** systemd's unit of a runner has UMask=0077, and some people's shells do. */
describe('what a sandbox’s users must read, under a umask that lets nobody', () => {
  let directory: string;
  let umask: number;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'umask-'));
    umask = process.umask(0o077);
  });
  afterEach(() => {
    process.umask(umask);
    fs.rmSync(directory, { recursive: true });
  });
  const modeOf = (file: string) => (fs.statSync(file).mode & 0o777).toString(8);

  it('is passable: the way to a runner’s state', () => {
    const root = path.join(directory, 'root');
    const state = makeStateDirectory(root);
    expect([root, state.directory].map(modeOf)).toEqual(['711', '711']);
    expect(process.umask()).toBe(0o077);
  });

  it('is readable: the root of the host’s toolchains', () => {
    const { directory: root } = hostRootfs(path.join(directory, 'rootfs'));
    expect([root, path.join(root, 'etc'), path.join(root, 'var/tmp')].map(modeOf)).toEqual(['755', '755', '755']);
    expect(modeOf(path.join(root, 'etc/hostname'))).toBe('644');
    expect(process.umask()).toBe(0o077);
  });
});

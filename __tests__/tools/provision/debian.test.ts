import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { debianPackages } from '../../../tools/provision/debian-packages';
import { installDebianPackages, missingDebianPackages, provisionDebian } from '../../../tools/provision/debian';

/** A machine of shell scripts: what is installed, and whether sudo asks for a password. */
function machine(installed: readonly string[], sudo: 'absent' | 'asks' | 'free'): { log: () => string } {
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-debian-'));
  const log = path.join(bin, 'log');
  const script = (name: string, body: string): void =>
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  script('dpkg-query', installed.map((name) => `echo "${name} installed"`).join('\n') || 'exit 1');
  script('apt-get', `echo "apt-get $*" >> ${log}`);
  if (sudo !== 'absent') script('sudo', sudo === 'asks' ? 'exit 1' : `shift; echo "sudo $*" >> ${log}`);
  process.env.PATH = `${bin}:/usr/bin:/bin`;
  directories.push(bin);
  return { log: () => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '') };
}

const directories: string[] = [];
const savedPath = process.env.PATH;
let user: jest.SpyInstance;

beforeEach(() => {
  user = jest.spyOn(process, 'getuid' as never).mockReturnValue(1000 as never);
});
afterEach(() => {
  process.env.PATH = savedPath;
  user.mockRestore();
  for (const directory of directories.splice(0)) fs.rmSync(directory, { recursive: true });
});

describe('Debian packages', () => {
  it('lists names that Debian accepts, each need with at least one', () => {
    for (const names of Object.values(debianPackages)) {
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
    }
  });

  it('finds what is missing', () => {
    machine(['mmdebstrap', 'squashfs-tools', 'debian-archive-keyring'], 'absent');
    expect(missingDebianPackages(['boot'])).toContain('systemd-container');
    expect(missingDebianPackages(['boot'])).not.toContain('mmdebstrap');
  });

  it('installs nothing when nothing is missing', async () => {
    const { log } = machine(debianPackages.sandbox, 'free');
    await provisionDebian(['sandbox']);
    expect(log()).toBe('');
  });

  it('installs through a sudo that asks for no password', async () => {
    const { log } = machine([], 'free');
    await installDebianPackages(['crun']);
    expect(log()).toMatch(/^sudo .*apt-get .*install -y --no-install-recommends crun$/m);
  });

  it('installs as root without sudo', async () => {
    user.mockReturnValue(0 as never);
    const { log } = machine([], 'absent');
    await installDebianPackages(['crun']);
    expect(log()).toMatch(/^apt-get .*install -y --no-install-recommends crun$/m);
    expect(log()).not.toContain('sudo');
  });

  it.each([
    ['absent', /\n {2}su -c "(apt-get update && )?apt-get install -y --no-install-recommends crun mmdebstrap"$/],
    ['asks', /\n {2}sudo .*apt-get install -y --no-install-recommends crun mmdebstrap"?$/],
  ] as const)('prints the exact line to run when sudo is: %s', async (sudo, line) => {
    const { log } = machine([], sudo);
    const installing = installDebianPackages(['crun', 'mmdebstrap']);
    await expect(installing).rejects.toMatchObject({ exitCode: 3, message: expect.stringMatching(line) });
    expect(log()).toBe('');
  });
});

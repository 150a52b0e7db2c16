import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openImageMounts, type ImageMounts } from '../../../services/images/mounts';
import { readCatalogue } from '../../../services/languages/catalogue';
import { imageRuntime } from '../../../services/languages/host-runtime';
import { runSelfTest, selfTestProblems } from '../../../services/languages/run-self-test';
import type { LanguageVersion } from '../../../services/languages/schema';
import { selfTests } from '../../../services/languages/self-test';
import type { Rootfs } from '../../../services/sandbox/rootfs';
import { createSandboxPool } from '../../../services/sandbox/sandbox-pool';
import { copyLibraries, copyWithLibraries } from '../../kit/machines/small-root';
import { requireTool } from '../../kit/require-tool';
import { hasRuntime, openTestBench, runTestJob, runtimeNames, type TestBench } from '../../kit/sandbox/sandbox-host';

const JVM = '/usr/lib/jvm/java-17-openjdk-amd64';
/** Versions of this machine. */
const NUMBERS: Readonly<Record<string, string>> = { python: '3.11', javascript: '20.20.2', java: '17' };
const LANGUAGES = Object.keys(NUMBERS);

/** A root as images have it, of this machine's interpreters: what is called by its name alone lies in /usr/local/bin. */
function makeRoot(root: string): void {
  for (const name of ['proc', 'dev', 'tmp', 'work', '.sandbox', 'etc', 'usr/lib', 'usr/lib64', 'usr/local/bin'])
    fs.mkdirSync(path.join(root, name), { recursive: true });
  for (const name of ['lib', 'lib64']) fs.symlinkSync(`usr/${name}`, path.join(root, name));
  copyWithLibraries('/usr/bin/python3', root, '/usr/local/bin/python3');
  copyWithLibraries('/usr/bin/node', root, '/usr/local/bin/node');
  for (const library of ['libjava', 'libjli', 'libzip', 'libnio', 'libnet', 'server/libjvm'])
    copyLibraries(`${JVM}/lib/${library}.so`, root);
  for (const directory of [JVM, '/etc/java-17-openjdk', '/usr/lib/python3.11', '/usr/lib/locale/C.utf8'])
    fs.cpSync(directory, path.join(root, directory), { recursive: true, verbatimSymlinks: true });
  fs.rmSync(path.join(root, 'usr/lib/python3.11/sitecustomize.py'), { force: true });
  fs.symlinkSync(`${JVM}/bin/java`, path.join(root, 'usr/local/bin/java'));
}

describe('an interpreter inside an image', () => {
  if (!requireTool(['root', 'python3', 'node', 'java', 'mksquashfs'])) return;
  let scratch: string;
  let mounts: ImageMounts;
  let rootfs: Rootfs;

  beforeAll(async () => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-prestart-'));
    const [root, squashfs] = [path.join(scratch, 'root'), path.join(scratch, 'squashfs')];
    makeRoot(root);
    // Not packed, for it is used once.
    const { status, stderr } = spawnSync('mksquashfs', [root, squashfs, '-noI', '-noD', '-noF', '-noX', '-quiet']);
    if (status !== 0) throw new Error(stderr.toString());
    fs.rmSync(root, { recursive: true });
    mounts = openImageMounts();
    rootfs = await mounts.mount({ sha256: 'of-this-machine', file: squashfs });
  }, 120_000);
  afterAll(() => {
    mounts?.close();
    if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
  });

  const catalogue = readCatalogue(path.join(__dirname, '../../../languages'));
  const runtimeOf = (id: string, changes: Partial<LanguageVersion> = {}) => {
    const language = catalogue.find((each) => each.id === id)!;
    const own = language.versions.find(({ version, oci }) => version === NUMBERS[id] && oci !== undefined)!;
    const version = { ...own, ...changes };
    const entry = { language, version, exactVersion: version.version };
    return { language, runtime: imageRuntime(entry, rootfs) };
  };

  it('waits unless its version says that it cannot', () => {
    expect(runtimeOf('python').runtime.prestart).toBe('python');
    expect(runtimeOf('python', { oci: { image: 'a.example/b:c', prestart: false } }).runtime.prestart).toBeUndefined();
    expect(runtimeOf('python', { prestart: undefined }).runtime.prestart).toBeUndefined();
  });

  describe.each(runtimeNames)('under %s', (name) => {
    if (!hasRuntime(name) && !requireTool(name)) return;
    let bench: TestBench;
    // After the place of the mounts is made: a sandbox host follows it.
    beforeAll(async () => {
      bench = await openTestBench(name);
    }, 60_000);
    afterAll(() => bench?.close());

    it.each(LANGUAGES)(
      'passes every self-test of %s, started for it and having waited, with the same output',
      async (id) => {
        const { language, runtime } = runtimeOf(id);
        const ready = createSandboxPool({ host: bench.host, size: 1 });
        for (const test of selfTests(language)) {
          await ready.warm([runtime]);
          const plain = await runSelfTest(test, id, runtime, bench.sandboxPool);
          const waited = await runSelfTest(test, id, runtime, ready);
          expect(selfTestProblems(plain, test)).toEqual([]);
          expect(waited).toEqual(plain);
          await ready.settled();
        }
        expect(ready.taken).toEqual({ warm: selfTests(language).length, cold: 0 });
        await ready.close();
      },
      120_000,
    );

    // Debian's Python has a sitecustomize of its own, those of other images have none.
    it('of Python leaves no trace of having waited where the system has no sitecustomize', async () => {
      const { runtime } = runtimeOf('python');
      const code =
        'import os, sys\nprint(sorted(sys.modules), sys.path, sorted(sys.path_importer_cache), os.environ)\n';
      const ready = createSandboxPool({ host: bench.host, size: 1 });
      await ready.warm([runtime]);
      const waited = await runTestJob({ sandboxPool: ready }, runtime, { code });
      const plain = await runTestJob(bench, runtime, { code });
      await ready.close();
      expect(ready.taken).toEqual({ warm: 1, cold: 0 });
      expect([waited.stdout, waited.stderr]).toEqual([plain.stdout, '']);
      expect(plain.stdout).not.toContain('sitecustomize');
    }, 60_000);
  });
});

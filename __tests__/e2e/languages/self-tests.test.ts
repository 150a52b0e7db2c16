import { openLocalRunner, type LocalRunner } from '../../../tools/local-runner/local-runner';
import { catalogue } from '../../../tools/provision/catalogue';
import { toolchainsDirectory } from '../../../tools/provision/toolchains';
import { selectVersions } from '../../../services/languages/selection';
import { hostEntries, probeHost, type PresentVersion } from '../../../services/languages/host-toolchains';
import { satisfiesVersion, selfTests, versionNumber } from '../../../services/languages/self-test';
import { versionName } from '../../../services/languages/schema';
import { runSelfTest, selfTestProblems } from '../../../services/languages/run-self-test';
import { requireTool } from '../../kit/require-tool';

/** `core`, `all`, or ids and `id@version` with commas between them; set by `./sandpiper test --languages`. */
const selected = selectVersions(catalogue(), process.env.SANDPIPER_LANGUAGES ?? 'core');
const versions = hostEntries(selected);
const languages = [...new Set(selected.map(({ language }) => language))];

describe('every self-test of every language, in a sandbox', () => {
  requireTool(['root', 'crun']);
  jest.setTimeout(300_000);
  let present: readonly PresentVersion[];
  let runner: LocalRunner;

  beforeAll(async () => {
    const probed = await probeHost(languages, toolchainsDirectory());
    present = probed.present;
    runner = await openLocalRunner({ runtime: 'crun', versions: present, warm: 0 });
  });
  afterAll(() => runner?.close());

  it.each(versions.map(({ language, version }) => [language.id, versionName(version)] as const))(
    '%s %s',
    async (id, version) => {
      const index = present.findIndex((entry) => entry.language.id === id && versionName(entry.version) === version);
      if (index < 0)
        throw new Error(`the toolchain of ${id} ${version} is not on this machine: ./sandpiper test installs it`);
      const { language, version: entry } = present[index]!;
      let said = 'none';
      for (const test of selfTests(language, entry)) {
        const run = await runSelfTest(test, id, runner.runtimes[index]!, runner.sandboxPool);
        expect({ test: test.name, problems: selfTestProblems(run, test) }).toEqual({ test: test.name, problems: [] });
        if (test.name === 'version') said = versionNumber(run.stdout) ?? 'none';
      }
      expect([said, version, satisfiesVersion(said, entry.version)]).toEqual([said, version, true]);
    },
  );
});

/** Those whose interpreter may wait; with a selection that has none, the table is empty and so left out. */
const waitable = languages.filter((each) => each.versions.some(({ prestart }) => prestart !== undefined));

if (waitable.length > 0)
  describe('a prestarted interpreter', () => {
    requireTool(['root', 'crun']);
    jest.setTimeout(300_000);

    it.each(waitable.map(({ id }) => id))('shows in %s exactly what a plain run shows', async (id) => {
      const language = waitable.find((each) => each.id === id)!;
      const { present } = await probeHost([language], toolchainsDirectory());
      const versions = present.slice(0, 1);
      const plain = await openLocalRunner({ runtime: 'crun', versions, warm: 0, prestart: false });
      const prestarted = await openLocalRunner({ runtime: 'crun', versions, warm: 1 });
      try {
        for (const test of selfTests(language)) {
          await prestarted.sandboxPool.warm(prestarted.runtimes);
          expect(Object.values(prestarted.sandboxPool.waiting)).toEqual([1]);
          const [expectedRun, run] = [
            await runSelfTest(test, id, plain.runtimes[0]!, plain.sandboxPool),
            await runSelfTest(test, id, prestarted.runtimes[0]!, prestarted.sandboxPool),
          ];
          expect({ test: test.name, ...run }).toEqual({ test: test.name, ...expectedRun });
          await prestarted.sandboxPool.settled();
        }
      } finally {
        await plain.close();
        await prestarted.close();
      }
    });
  });

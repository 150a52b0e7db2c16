import type { PresentVersion } from '../../services/languages/host-toolchains';
import { imageRuntime } from '../../services/languages/host-runtime';
import { runSelfTest, selfTestProblems } from '../../services/languages/run-self-test';
import { selfTests, versionNumber } from '../../services/languages/self-test';
import type { Language, LanguageVersion } from '../../services/languages/schema';
import { openImageMounts } from '../../services/images/mounts';
import type { ImageManifest, ImageStore } from '../../services/images/store';
import type { LanguageRuntime } from '../../services/runner/language-runtime';
import type { RuntimeName } from '../../services/runner/sandbox/runtime';
import type { SandboxSupply } from '../../services/runner/supply';
import { Failure } from '../failure';
import { openRunner } from '../run/local-runner';

/** One language version, running in a root of its own. */
export interface ImageRunner {
  readonly runtime: LanguageRuntime;
  readonly supply: SandboxSupply;
  close(): Promise<void>;
}

/** Runs a version inside its built image, mounted read-only. */
export async function openImageRunner(
  store: ImageStore,
  manifest: ImageManifest,
  entry: PresentVersion,
  runtime: RuntimeName,
): Promise<ImageRunner> {
  await store.check(manifest);
  const mounts = openImageMounts();
  try {
    const rootfs = await mounts.mount({ sha256: manifest.sha256, file: store.file(manifest) });
    const runner = await openRunner(runtime, 0);
    return {
      runtime: imageRuntime(entry, rootfs),
      supply: runner.supply,
      close: async () => {
        await runner.close();
        mounts.close();
      },
    };
  } catch (error) {
    mounts.close();
    throw error;
  }
}

/** What the toolchain inside an image says of itself. @throws Failure when it does not run there */
export async function versionInside(
  store: ImageStore,
  manifest: ImageManifest,
  language: Language,
  version: LanguageVersion,
): Promise<string> {
  const runner = await openImageRunner(store, manifest, { language, version, exactVersion: version.version }, 'crun');
  try {
    const test = selfTests(language).find(({ name }) => name === 'version')!;
    const run = await runSelfTest(test, language.id, runner.runtime, runner.supply);
    const number = versionNumber(run.stdout);
    if (number === undefined) {
      throw new Failure(
        `${language.id} ${version.version} does not run in its image: ${run.stderr.trim() || run.reason}`,
      );
    }
    return number;
  } finally {
    await runner.close();
  }
}

/** Runs every self-test of a language inside its image. @returns what is wrong, by test */
export async function imageProblems(runner: ImageRunner, language: Language): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const test of selfTests(language)) {
    const run = await runSelfTest(test, language.id, runner.runtime, runner.supply);
    problems.push(...selfTestProblems(run, test).map((problem) => `${test.name}: ${problem}`));
  }
  return problems;
}

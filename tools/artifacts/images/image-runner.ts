import type { PresentVersion } from '../../../services/languages/host-toolchains';
import { imageRuntime } from '../../../services/languages/host-runtime';
import { runSelfTest, selfTestProblems } from '../../../services/languages/run-self-test';
import { selfTests, versionNumber } from '../../../services/languages/self-test';
import type { Language, LanguageVersion } from '../../../services/languages/schema';
import { openImageMounts } from '../../../services/images/mounts';
import type { ImageManifest, ImageStore } from '../../../services/images/store';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import { nativeRuntime, type RuntimeName } from '../../../services/sandbox/runtime';
import type { SandboxPool } from '../../../services/sandbox/sandbox-pool';
import { Failure } from '../../failure';
import { openRunner } from '../../local-runner/local-runner';

/** One language version, running in a root of its own. */
export interface ImageRunner {
  readonly runtime: LanguageRuntime;
  readonly sandboxPool: SandboxPool;
  close(): Promise<void>;
}

/**
 * Runs a version inside its built image, mounted read-only.
 *
 * @param warm sandboxes that wait at most
 */
export async function openImageRunner(
  store: ImageStore,
  manifest: ImageManifest,
  entry: PresentVersion,
  runtime: RuntimeName,
  warm = 0,
): Promise<ImageRunner> {
  await store.check(manifest);
  const mounts = openImageMounts();
  try {
    const file = store.file(manifest);
    const rootfs = { ...(await mounts.mount({ sha256: manifest.sha256, file })), path: manifest.path };
    const runner = await openRunner(runtime, warm);
    return {
      runtime: imageRuntime(entry, rootfs),
      sandboxPool: runner.sandboxPool,
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
  const runner = await openImageRunner(
    store,
    manifest,
    { language, version, exactVersion: version.version },
    nativeRuntime(),
  );
  try {
    const test = selfTests(language, version).find(({ name }) => name === 'version')!;
    const run = await runSelfTest(test, language.id, runner.runtime, runner.sandboxPool);
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

/**
 * Runs every self-test of a language inside its image; where its interpreter may wait, both ways.
 *
 * @returns what is wrong, by test
 */
export async function imageProblems(
  store: ImageStore,
  manifest: ImageManifest,
  entry: PresentVersion,
  runtime: RuntimeName,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const warm of [0, 1]) {
    const runner = await openImageRunner(store, manifest, entry, runtime, warm);
    try {
      if (warm > 0 && runner.runtime.prestart === undefined) continue;
      const found = await selfTestsProblems(runner, entry, warm > 0);
      problems.push(...(warm > 0 ? found.map((problem) => `started ahead: ${problem}`) : found));
    } finally {
      await runner.close();
    }
  }
  return problems;
}

async function selfTestsProblems(
  { runtime, sandboxPool }: ImageRunner,
  { language, version }: PresentVersion,
  isWaiting: boolean,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const test of selfTests(language, version)) {
    if (isWaiting) await sandboxPool.warm([runtime]);
    const before = sandboxPool.taken.warm;
    const run = await runSelfTest(test, language.id, runtime, sandboxPool);
    if (isWaiting && sandboxPool.taken.warm === before) problems.push(`${test.name}: no interpreter waited for it`);
    problems.push(...selfTestProblems(run, test).map((problem) => `${test.name}: ${problem}`));
  }
  return problems;
}

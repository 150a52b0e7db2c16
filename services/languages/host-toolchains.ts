import { execFile } from 'node:child_process';
import { satisfiesVersion, versionNumber } from './self-test';
import type { Language, LanguageVersion } from './schema';

/** A language version whose toolchain is present, with the number the toolchain itself gives. */
export interface PresentVersion {
  readonly language: Language;
  readonly version: LanguageVersion;
  /** Such as `3.11.2`. */
  readonly exactVersion: string;
}

/** A language version whose toolchain is absent or is not what its entry says. */
export interface AbsentVersion {
  readonly language: Language;
  readonly version: LanguageVersion;
  readonly reason: string;
}

/** Every version of some languages. */
export function entriesOf(languages: readonly Language[]) {
  return languages.flatMap((language) => language.versions.map((version) => ({ language, version })));
}

/** A probe starts one interpreter or virtual machine; the slowest of the catalogue take two seconds on a loaded machine. */
const PROBE_TIMEOUT_MS = 30_000;

/** Where the programs of Debian and of the npm toolchains are looked for; the same in a sandbox. */
export const TOOLCHAIN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where sandboxes see the toolchains that come from npm. */
const MOUNTED_TOOLCHAINS = '/opt/toolchains/';

/**
 * Asks every toolchain of the catalogue for its version, a few at a time.
 *
 * @param toolchainsDirectory where this host keeps the toolchains that sandboxes see in /opt/toolchains
 */
export async function probeHost(
  catalogue: readonly Language[],
  toolchainsDirectory: string,
  concurrency = 2,
): Promise<{ readonly present: readonly PresentVersion[]; readonly absent: readonly AbsentVersion[] }> {
  const entries = entriesOf(catalogue);
  const results: (PresentVersion | AbsentVersion)[] = new Array(entries.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) {
      const entry = entries[index]!;
      results[index] = await probe(entry.language, entry.version, toolchainsDirectory);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    present: results.filter((result): result is PresentVersion => 'exactVersion' in result),
    absent: results.filter((result): result is AbsentVersion => 'reason' in result),
  };
}

async function probe(
  language: Language,
  version: LanguageVersion,
  toolchainsDirectory: string,
): Promise<PresentVersion | AbsentVersion> {
  const onHost = (text: string) => text.replaceAll(MOUNTED_TOOLCHAINS, `${toolchainsDirectory}/`);
  const output = await run(version.host.probe.map(onHost));
  const program = version.host.probe[0]!;
  if (output === undefined) return { language, version, reason: `${program} is not there or fails` };
  const exactVersion = versionNumber(output);
  if (exactVersion === undefined || !satisfiesVersion(exactVersion, version.version)) {
    return { language, version, reason: `${program} is version ${exactVersion ?? 'unknown'}` };
  }
  return { language, version, exactVersion };
}

function run([program, ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      program!,
      args,
      {
        timeout: PROBE_TIMEOUT_MS,
        env: { PATH: TOOLCHAIN_PATH, HOME: '/tmp', LANG: 'C.UTF-8' },
        maxBuffer: 1 << 20,
      },
      (error, stdout, stderr) => resolve(error ? undefined : stdout + stderr),
    );
    child.stdin?.end();
  });
}

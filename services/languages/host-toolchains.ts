import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { satisfiesVersion, versionNumber } from './self-test';
import { versionName, type Language, type LanguageVersion } from './schema';
import { TOOLCHAINS } from './sources';

/** A language version whose toolchain is present, with the number the toolchain itself gives. */
export interface PresentVersion {
  readonly language: Language;
  readonly version: LanguageVersion;
  /** Such as `3.11.2`, or `3.11.2+science`. */
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

/** Of some versions those that this host's own packages can give: of its release of Debian, or of npm alone. */
export function hostEntries<E extends { readonly version: LanguageVersion }>(entries: readonly E[]): readonly E[] {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1];
  return entries.filter(({ version: { source, probe } }) => {
    if (source === undefined || probe === undefined) return false;
    return source.packages === undefined || source.debian === release;
  });
}

/** An exact number with its variant, if it is one: `3.13.5+science`. */
export function exactName(exactVersion: string, { variant }: Pick<LanguageVersion, 'variant'>): string {
  return versionName({ version: exactVersion, variant });
}

/** A probe starts one interpreter or virtual machine; the slowest of the catalogue take two seconds on a loaded machine. */
const PROBE_TIMEOUT_MS = 30_000;

/** Where the programs of Debian and of the npm toolchains are looked for; the same in a sandbox. */
export const TOOLCHAIN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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
  if (version.probe === undefined) return { language, version, reason: 'comes in a layer only' };
  const onHost = (text: string) => text.replaceAll(`${TOOLCHAINS}/`, `${toolchainsDirectory}/`);
  const output = await run(version.probe.map(onHost));
  const program = version.probe[0]!;
  if (output === undefined) return { language, version, reason: `${program} is not there or fails` };
  const exactVersion = versionNumber(output);
  if (exactVersion === undefined || !satisfiesVersion(exactVersion, version.version)) {
    return { language, version, reason: `${program} is version ${exactVersion ?? 'unknown'}` };
  }
  return { language, version, exactVersion: exactName(exactVersion, version) };
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
